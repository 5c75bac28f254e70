-- grain: contract × day
-- inputs: usage.contract_days; :first, :last
-- rerun: removes what is left
DELETE FROM usage.contract_days WHERE business_date BETWEEN :first AND :last

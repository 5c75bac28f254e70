-- grain: contract held back in the month
-- inputs: billing.held; :month (first day)
-- rerun: reads only
SELECT contract_no, by_name, reason FROM billing.held WHERE month = :month

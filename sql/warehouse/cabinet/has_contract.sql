-- grain: one value: whether the reader sees a contract of that number
-- inputs: cabinet.contracts; :contract_no
-- rerun: reads only
SELECT EXISTS (SELECT FROM cabinet.contracts WHERE contract_no = :contract_no)

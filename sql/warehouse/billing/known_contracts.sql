-- grain: contract among :contracts that exists
-- inputs: master.contracts; :contracts
-- rerun: reads only
SELECT contract_no FROM master.contracts WHERE contract_no = ANY(:contracts)

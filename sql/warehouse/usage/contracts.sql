-- grain: contract
-- inputs: master.contracts
-- rerun: reads only
SELECT contract_no, client_code, starts_on, ends_on FROM master.contracts ORDER BY contract_no COLLATE "C"

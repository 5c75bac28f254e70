-- grain: contract, with its client
-- inputs: master.contracts
-- rerun: reads only
SELECT contract_no, client_code FROM master.contracts

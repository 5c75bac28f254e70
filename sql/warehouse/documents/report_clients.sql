-- grain: contract with the name of its client
-- inputs: master.contracts, master.clients
-- rerun: reads only
SELECT c.contract_no, k.name AS client FROM master.contracts c JOIN master.clients k USING (client_code)

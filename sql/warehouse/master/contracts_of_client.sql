-- grain: contract that is, or was, a client's
-- inputs: master.contracts, master.history; :client
-- rerun: reads only
SELECT contract_no FROM master.contracts WHERE client_code = :client
UNION
SELECT coalesce(after, before) ->> 'contract_no'
FROM master.history
WHERE sheet = 'contracts' AND (before ->> 'client_code' = :client OR after ->> 'client_code' = :client)
ORDER BY 1

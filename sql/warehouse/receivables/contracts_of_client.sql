-- grain: contract of a client
-- inputs: master.contracts; :client_code
-- rerun: reads only
SELECT organization_code, contract_no, signed_on
FROM master.contracts
WHERE client_code = :client_code
ORDER BY organization_code COLLATE "C", starts_on, contract_no COLLATE "C"

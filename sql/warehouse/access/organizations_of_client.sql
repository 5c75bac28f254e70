-- grain: organization that a client has a contract with
-- inputs: master.contracts; :client_code
-- rerun: reads only
SELECT DISTINCT organization_code FROM master.contracts WHERE client_code = :client_code ORDER BY organization_code

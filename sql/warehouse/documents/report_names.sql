-- grain: organization or client: what it is called
-- inputs: master.organizations, master.clients
-- rerun: reads only
SELECT 'organization' AS kind, code, name FROM master.organizations
UNION ALL
SELECT 'client', client_code, name FROM master.clients

-- grain: one organization: the one whose newest contract the clients of an address have, among those that have an address of their own
-- inputs: master.clients, master.contracts, master.organizations; :address
-- rerun: reads only
SELECT o.name, o.email
FROM master.clients c
JOIN master.contracts k USING (client_code)
JOIN master.organizations o ON o.code = k.organization_code
WHERE cabinet.addresses(c.email) @> ARRAY[CAST(:address AS text)] AND o.email IS NOT NULL
ORDER BY k.starts_on DESC, o.code
LIMIT 1

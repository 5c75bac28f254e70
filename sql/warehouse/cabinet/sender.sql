-- grain: one organization that has an address: the one that the clients of an address have their newest contract with, else the first one
-- inputs: master.clients, master.contracts, master.organizations; :address
-- rerun: reads only
SELECT o.name, o.email
FROM master.organizations o
LEFT JOIN (
    SELECT k.organization_code, max(k.starts_on) AS starts_on
    FROM master.clients c
    JOIN master.contracts k USING (client_code)
    WHERE cabinet.addresses(c.email) @> ARRAY[CAST(:address AS text)]
    GROUP BY k.organization_code
) k ON k.organization_code = o.code
WHERE o.email IS NOT NULL
ORDER BY k.starts_on DESC NULLS LAST, o.code
LIMIT 1

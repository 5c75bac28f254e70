-- grain: one row: a dealer, and the organization that writes to it: its own contract's first, else the first of its tree's; NULL: none
-- inputs: master.clients, master.contracts, master.organizations; :dealer, :clients (its tree)
-- rerun: reads only
SELECT to_jsonb(k) AS dealer, o.row AS organization
FROM master.clients k
LEFT JOIN LATERAL (
    SELECT to_jsonb(x) AS row
    FROM master.contracts c
    JOIN master.organizations x ON x.code = c.organization_code
    WHERE c.client_code = ANY(CAST(:clients AS text[]))
    ORDER BY c.client_code <> k.client_code, x.code COLLATE "C"
    LIMIT 1
) o ON true
WHERE k.client_code = :dealer

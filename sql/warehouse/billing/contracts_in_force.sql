-- grain: contract in force on some day of the month (or closed for it, and ended since), in byte order, with its parties as they are
--   known now
-- inputs: master.contracts, master.clients, master.organizations, billing.closed; :first, :last of the month
-- rerun: reads only
SELECT
    c.contract_no, c.client_code, c.organization_code, c.starts_on, c.ends_on,
    to_jsonb(c) AS contract,
    to_jsonb(k) AS client,
    to_jsonb(o) AS organization
FROM master.contracts c
JOIN master.clients k USING (client_code)
JOIN master.organizations o ON o.code = c.organization_code
WHERE (
    (c.starts_on <= :last AND coalesce(c.ends_on, 'infinity') >= :first)
    OR EXISTS (SELECT FROM billing.closed x WHERE x.month = :first AND x.contract_no = c.contract_no)
)
ORDER BY c.contract_no COLLATE "C"

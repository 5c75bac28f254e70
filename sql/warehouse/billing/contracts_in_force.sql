-- grain: contract in force on some day of the month (or closed for it, and ended since), in byte order, with its parties as they are
--   known now; who they are is fixed by what was issued for the month
-- inputs: master.contracts, master.clients, master.organizations, billing.closed, billing.invoices; :first, :last of the month
-- rerun: reads only
SELECT
    c.contract_no, k.client_code, o.code AS organization_code, c.starts_on, c.ends_on,
    to_jsonb(c) || jsonb_build_object('client_code', k.client_code, 'organization_code', o.code) AS contract,
    to_jsonb(k) AS client,
    to_jsonb(o) AS organization
FROM master.contracts c
LEFT JOIN (
    SELECT DISTINCT ON (contract_no) contract_no, client_code, organization_code
    FROM billing.invoices
    WHERE month = :first
    ORDER BY contract_no, issued_at DESC, sequence_no DESC
) i USING (contract_no)
JOIN master.clients k ON k.client_code = coalesce(i.client_code, c.client_code)
JOIN master.organizations o ON o.code = coalesce(i.organization_code, c.organization_code)
WHERE (
    (c.starts_on <= :last AND coalesce(c.ends_on, 'infinity') >= :first)
    OR EXISTS (SELECT FROM billing.closed x WHERE x.month = :first AND x.contract_no = c.contract_no)
)
ORDER BY c.contract_no COLLATE "C"

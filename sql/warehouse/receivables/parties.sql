-- grain: one organization and one client with their requisites as the last invoice issued by :last froze them, so that the statement of
--   a period stays as it was; without an invoice, as they are now
-- inputs: billing.invoices, master.organizations, master.clients; :organization_code, :client_code, :last
-- rerun: reads only
SELECT coalesce(i.evidence->'organization', to_jsonb(o)) AS seller, coalesce(i.evidence->'client', to_jsonb(c)) AS buyer
FROM master.organizations o
CROSS JOIN master.clients c
LEFT JOIN LATERAL (
    SELECT x.evidence FROM billing.invoices x
    WHERE (x.organization_code, x.client_code) = (o.code, c.client_code) AND x.issued_on <= :last
    ORDER BY x.issued_on DESC, x.issued_at DESC, x.year DESC, x.sequence_no DESC
    LIMIT 1
) i ON true
WHERE o.code = :organization_code AND c.client_code = :client_code

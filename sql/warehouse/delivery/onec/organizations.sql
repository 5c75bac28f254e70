-- grain: organization that the message refers to, as frozen with its latest invoice in it; of a contract that goes by itself as it is now
-- inputs: temporary table onec_going, billing.invoices, master.contracts, master.organizations
-- rerun: reads only
WITH referred AS (
    SELECT DISTINCT ON (i.organization_code) i.organization_code AS code, i.evidence -> 'organization' AS organization
    FROM (SELECT DISTINCT unnest(invoice_ids) AS invoice_id FROM onec_going) g
    JOIN billing.invoices i USING (invoice_id)
    ORDER BY i.organization_code, i.issued_at DESC, i.year DESC, i.sequence_no DESC
)
SELECT coalesce(to_jsonb(o), r.organization) AS organization
FROM referred r
FULL JOIN (
    SELECT n.* FROM master.organizations n
    WHERE n.code IN (
        SELECT c.organization_code FROM master.contracts c
        WHERE c.contract_no IN (SELECT object_key FROM onec_going WHERE object_kind = 'contract')
    )
) o USING (code)
ORDER BY code

-- grain: contract that goes by itself, as master data have it, or that a document refers to, as frozen with its latest invoice in it,
--   each with its parties; one that the peer was once told of by itself always as master data have it. `contract` NULL: it is gone
-- inputs: temporary table onec_going, billing.invoices, master.contracts, master.clients, master.organizations,
--   delivery.onec_outbox; :peer, :organizations
-- rerun: reads only
WITH referred AS (
    SELECT DISTINCT ON (i.contract_no)
        i.contract_no, i.evidence -> 'contract' AS contract, i.evidence -> 'client' AS client, i.evidence -> 'organization' AS organization,
        EXISTS (
            SELECT FROM delivery.onec_outbox x WHERE (x.peer, x.object_kind, x.object_key) = (:peer, 'contract', i.contract_no)
        ) AS is_told
    FROM (SELECT DISTINCT unnest(invoice_ids) AS invoice_id FROM onec_going) g
    JOIN billing.invoices i USING (invoice_id)
    ORDER BY i.contract_no, i.issued_at DESC, i.year DESC, i.sequence_no DESC
),
own AS (SELECT object_key AS contract_no, is_known FROM onec_going WHERE object_kind = 'contract'),
needed AS (
    SELECT
        contract_no, r.contract, r.client, r.organization, o.is_known IS NOT NULL OR r.is_told AS is_told, o.is_known IS TRUE AS is_known
    FROM own o
    FULL JOIN referred r USING (contract_no)
)
SELECT
    n.contract_no, coalesce(to_jsonb(c), n.contract) AS contract, coalesce(to_jsonb(k), n.client) AS client,
    coalesce(to_jsonb(g), n.organization) AS organization, n.is_known
FROM needed n
LEFT JOIN master.contracts c ON n.is_told AND c.contract_no = n.contract_no AND c.organization_code = ANY(CAST(:organizations AS text[]))
LEFT JOIN master.clients k ON k.client_code = c.client_code
LEFT JOIN master.organizations g ON g.code = c.organization_code
ORDER BY n.contract_no

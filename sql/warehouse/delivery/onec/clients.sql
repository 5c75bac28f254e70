-- grain: client that goes by itself, as master data have it, or that a document refers to, as frozen with its latest invoice in it;
--   one that the peer was once told of by itself always as master data have it. `client` NULL: it is gone
-- inputs: temporary table onec_going, billing.invoices, master.clients, access.blocked, delivery.onec_outbox; :peer, :organizations
-- rerun: reads only
WITH referred AS (
    SELECT DISTINCT ON (i.client_code)
        i.client_code, i.evidence -> 'client' AS client,
        EXISTS (
            SELECT FROM delivery.onec_outbox x WHERE (x.peer, x.object_kind, x.object_key) = (:peer, 'counterparty', i.client_code)
        ) AS is_told
    FROM (SELECT DISTINCT unnest(invoice_ids) AS invoice_id FROM onec_going) g
    JOIN billing.invoices i USING (invoice_id)
    ORDER BY i.client_code, i.issued_at DESC, i.year DESC, i.sequence_no DESC
),
own AS (SELECT object_key AS client_code, is_known FROM onec_going WHERE object_kind = 'counterparty'),
needed AS (
    SELECT client_code, r.client, o.is_known IS NOT NULL OR r.is_told AS is_told, o.is_known IS TRUE AS is_known
    FROM own o
    FULL JOIN referred r USING (client_code)
)
SELECT
    n.client_code, coalesce(to_jsonb(c), n.client) AS client, c.client_code IS NOT NULL AS is_current, b.blocked_on, n.is_known
FROM needed n
LEFT JOIN master.clients c ON n.is_told AND c.client_code = n.client_code
LEFT JOIN (
    SELECT client_code, min(effective_on) AS blocked_on FROM access.blocked
    WHERE organization_code = ANY(CAST(:organizations AS text[]))
    GROUP BY client_code
) b ON b.client_code = n.client_code
ORDER BY n.client_code

-- grain: object that 1C could not take as it is
-- inputs: delivery.onec_outbox, billing.invoices; :peers
-- rerun: reads only
SELECT
    o.peer, o.object_kind, o.object_key, max(o.refusal) AS refusal,
    coalesce(
        max(i.contract_no),
        CASE o.object_kind
            WHEN 'sale' THEN left(o.object_key, -8)
            WHEN 'correction' THEN regexp_replace(o.object_key, '\|[0-9]{4}-[0-9]{2}\|[0-9]+$', '')
            WHEN 'contract' THEN o.object_key
        END
    ) AS contract_no
FROM delivery.onec_outbox o
LEFT JOIN billing.invoices i ON o.object_kind = 'invoice' AND i.number = o.object_key
WHERE o.peer = ANY(CAST(:peers AS text[])) AND o.refusal IS NOT NULL
GROUP BY o.peer, o.object_kind, o.object_key
ORDER BY o.peer, o.object_kind, o.object_key

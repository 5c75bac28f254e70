-- grain: peer
-- inputs: delivery.onec_peers, delivery.onec_outbox, billing.closed, billing.invoices; :peers (listed always)
-- rerun: reads only; an object counts once, whatever its versions; a credit is no invoice for 1C
SELECT
    p.peer,
    coalesce(n.sent_no, 0) AS sent_no,
    coalesce(n.confirmed_no, 0) AS confirmed_no,
    coalesce(n.received_no, 0) AS received_no,
    count(DISTINCT o.object_key) FILTER (WHERE o.object_kind = 'invoice' AND i.total > 0) AS unconfirmed_invoices,
    count(DISTINCT o.object_key) FILTER (WHERE o.object_kind = 'sale' AND c.month IS NOT NULL OR o.object_kind = 'correction')
        AS unconfirmed_sales,
    count(DISTINCT (o.object_kind, o.object_key)) FILTER (WHERE o.object_kind NOT IN ('invoice', 'sale', 'correction')) AS unconfirmed_others,
    count(DISTINCT o.object_key) FILTER (WHERE o.object_kind = 'sale' AND c.month IS NULL) AS sales_of_open_months,
    count(DISTINCT (o.object_kind, o.object_key)) FILTER (WHERE o.refusal IS NOT NULL) AS refused,
    min(o.queued_at) FILTER (WHERE i.total > 0 OR c.month IS NOT NULL OR o.object_kind NOT IN ('invoice', 'sale')) AS oldest_queued_at,
    n.heard_at, n.problem,
    min(o.refusal) AS refusal,
    bool_or(
        o.message_no IS NOT NULL AND (i.total > 0 OR c.month IS NOT NULL OR o.object_kind NOT IN ('invoice', 'sale'))
    ) IS TRUE AS is_carried
FROM (
    SELECT unnest(CAST(:peers AS text[])) AS peer UNION SELECT peer FROM delivery.onec_peers UNION SELECT peer FROM delivery.onec_outbox
) p
LEFT JOIN delivery.onec_peers n USING (peer)
LEFT JOIN delivery.onec_outbox o ON o.peer = p.peer AND (o.message_no IS NULL OR o.message_no > coalesce(n.confirmed_no, 0))
LEFT JOIN billing.invoices i ON o.object_kind = 'invoice' AND i.number = o.object_key
LEFT JOIN billing.closed c ON o.object_kind = 'sale' AND c.contract_no || '|' || to_char(c.month, 'YYYY-MM') = o.object_key
GROUP BY p.peer, n.sent_no, n.confirmed_no, n.received_no, n.heard_at, n.problem
ORDER BY p.peer

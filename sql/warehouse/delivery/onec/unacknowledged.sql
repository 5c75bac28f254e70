-- grain: message that the peer has not acknowledged for too long (message_no NULL: what no message has carried yet)
-- inputs: delivery.onec_outbox, delivery.onec_peers, billing.closed, billing.invoices; :peers, :before
-- rerun: reads only
SELECT
    o.peer, o.message_no,
    count(*) FILTER (WHERE o.object_kind = 'invoice') AS invoices,
    count(DISTINCT o.object_key) FILTER (WHERE o.object_kind IN ('sale', 'correction')) AS sales,
    count(DISTINCT (o.object_kind, o.object_key)) FILTER (WHERE o.object_kind NOT IN ('invoice', 'sale', 'correction')) AS others,
    min(o.queued_at) AS oldest
FROM delivery.onec_outbox o
JOIN delivery.onec_peers p USING (peer)
LEFT JOIN billing.closed c ON o.object_kind = 'sale' AND c.contract_no = left(o.object_key, -8)
    AND c.month = CASE o.object_kind WHEN 'sale' THEN to_date(right(o.object_key, 7), 'YYYY-MM') END
LEFT JOIN billing.invoices i ON o.object_kind = 'invoice' AND i.number = o.object_key
WHERE o.peer = ANY(CAST(:peers AS text[]))
  AND (o.message_no IS NULL OR o.message_no > p.confirmed_no)
  AND (i.total > 0 OR c.month IS NOT NULL OR o.object_kind NOT IN ('invoice', 'sale'))
  AND o.refusal IS NULL
  AND greatest(o.queued_at, c.closed_at) < :before
GROUP BY o.peer, o.message_no
ORDER BY o.peer, o.message_no

-- grain: peer
-- inputs: delivery.onec_peers, delivery.onec_outbox, billing.closed, billing.invoices; :peers (listed always)
-- rerun: reads only; an object counts once, whatever its versions; a credit is no invoice for 1C. Of the outbox only what is unconfirmed is
--   read, and each peer's name once: everything that was ever sent stays in it
WITH RECURSIVE queued AS (
    (SELECT peer FROM delivery.onec_outbox ORDER BY peer LIMIT 1)
    UNION ALL
    SELECT (SELECT o.peer FROM delivery.onec_outbox o WHERE o.peer > q.peer ORDER BY o.peer LIMIT 1) FROM queued q WHERE q.peer IS NOT NULL
),
known AS MATERIALIZED (
    SELECT p.peer, coalesce(n.sent_no, 0) AS sent_no, coalesce(n.confirmed_no, 0) AS confirmed_no, n.received_no, n.heard_at, n.problem
    FROM (
        SELECT unnest(CAST(:peers AS text[])) AS peer
        UNION SELECT peer FROM delivery.onec_peers
        UNION SELECT peer FROM queued WHERE peer IS NOT NULL
    ) p
    LEFT JOIN delivery.onec_peers n USING (peer)
),
waiting AS MATERIALIZED (
    SELECT
        o.peer, o.object_kind, o.object_key, o.queued_at, o.message_no, o.refusal,
        CASE o.object_kind
            WHEN 'invoice' THEN EXISTS (SELECT FROM billing.invoices i WHERE i.number = o.object_key AND i.total > 0)
            WHEN 'sale' THEN EXISTS (
                SELECT FROM billing.closed c
                WHERE (c.contract_no, c.month) = (left(o.object_key, -8), to_date(right(o.object_key, 7), 'YYYY-MM'))
            )
            ELSE true
        END AS is_due
    FROM known k
    JOIN delivery.onec_outbox o ON o.peer = k.peer AND (o.message_no IS NULL OR o.message_no > k.confirmed_no)
)
SELECT
    k.peer, k.sent_no, k.confirmed_no, coalesce(k.received_no, 0) AS received_no,
    count(DISTINCT w.object_key) FILTER (WHERE w.object_kind = 'invoice' AND w.is_due) AS unconfirmed_invoices,
    count(DISTINCT w.object_key) FILTER (WHERE w.object_kind IN ('sale', 'correction') AND w.is_due) AS unconfirmed_sales,
    count(DISTINCT (w.object_kind, w.object_key)) FILTER (WHERE w.object_kind NOT IN ('invoice', 'sale', 'correction')) AS unconfirmed_others,
    count(DISTINCT w.object_key) FILTER (WHERE w.object_kind = 'sale' AND NOT w.is_due) AS sales_of_open_months,
    count(DISTINCT (w.object_kind, w.object_key)) FILTER (WHERE w.refusal IS NOT NULL) AS refused,
    min(w.queued_at) FILTER (WHERE w.is_due) AS oldest_queued_at,
    k.heard_at, k.problem,
    min(w.refusal) AS refusal,
    bool_or(w.message_no IS NOT NULL AND w.is_due) IS TRUE AS is_carried
FROM known k
LEFT JOIN waiting w USING (peer)
GROUP BY k.peer, k.sent_no, k.confirmed_no, k.received_no, k.heard_at, k.problem
ORDER BY k.peer

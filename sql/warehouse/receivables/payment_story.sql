-- grain: what happened to a payment or to money that gave it back: it came, paid an invoice, paid it no longer, a person spoke of it
-- inputs: receivables.payments, receivables.allocations, receivables.allocation_words, receivables.claims; :payment_id
-- rerun: reads only
SELECT s.at, s.what, s.subject, s.amount, s.why, s.by_name
FROM (
    SELECT
        p.received_at AS at, CASE WHEN p.amount > 0 THEN 'received' ELSE 'given back' END AS what, p.payment_id AS subject, p.amount,
        p.source AS why, NULL AS by_name, 0 AS place, 0 AS no
    FROM receivables.payments p WHERE coalesce(p.reverses, p.payment_id) = :payment_id
    UNION ALL
    SELECT a.at, CASE WHEN a.amount > 0 THEN 'pays' ELSE 'pays no longer' END, a.number, a.amount, a.rule, NULL, 2, a.allocation_no
    FROM receivables.allocations a
    JOIN receivables.payments p USING (payment_id)
    WHERE coalesce(p.reverses, p.payment_id) = :payment_id
    UNION ALL
    SELECT w.at, CASE w.pays WHEN '[]' THEN 'set free' WHEN 'null' THEN 'undone' ELSE 'allocated' END, '', NULL, w.reason, w.by_name, 1, w.word_no
    FROM receivables.allocation_words w WHERE w.payment_id = :payment_id
) s
ORDER BY s.at, s.place, s.no

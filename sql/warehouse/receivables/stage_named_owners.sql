-- grain: payment that no rule has given to anybody whole, and whose client 1C names
-- inputs: temporary table staged_owners, receivables.payments, receivables.allocations, receivables.onec_documents,
--   receivables.same_payments, receivables.allocation_words_now
-- rerun: in the matching transaction only; where bases of 1C contradict each other nobody is named. Documents and balances are looked up by
--   payment: tables that have grown in this very transaction have no statistics, and a join of them whole may take hours
INSERT INTO staged_owners (payment_id, client_code)
SELECT p.payment_id, named.client_code
FROM receivables.payments p
CROSS JOIN LATERAL (
    SELECT min(d.client_code) AS client_code
    FROM (
        SELECT p.payment_id AS payment_id
        WHERE NOT EXISTS (SELECT FROM receivables.same_payments s WHERE s.payment_id = p.payment_id)
        UNION ALL
        SELECT s.payment_id FROM receivables.same_payments s WHERE s.same_as = p.payment_id
    ) told
    JOIN receivables.onec_documents d ON d.payment_id = told.payment_id
    WHERE d.client_code IS NOT NULL AND NOT d.is_deleted
        AND NOT EXISTS (
            SELECT FROM receivables.onec_documents n
            WHERE (n.peer, n.reference) = (d.peer, d.reference) AND n.version_no > d.version_no
        )
    HAVING count(DISTINCT d.client_code) = 1
) named
CROSS JOIN LATERAL (
    SELECT sum(q.amount - coalesce((SELECT sum(a.amount) FROM receivables.allocations a WHERE a.payment_id = q.payment_id), 0)) AS left_over
    FROM (
        SELECT p.payment_id, p.amount
        UNION ALL
        SELECT r.payment_id, r.amount FROM receivables.payments r WHERE r.reverses = p.payment_id
    ) q
) balance
WHERE p.client_code IS NULL AND p.amount > 0 AND p.reverses IS NULL AND balance.left_over > 0
    AND NOT EXISTS (SELECT FROM receivables.allocation_words_now w WHERE w.payment_id = p.payment_id AND w.pays <> 'null')
    AND NOT EXISTS (SELECT FROM staged_owners o WHERE o.payment_id = p.payment_id)

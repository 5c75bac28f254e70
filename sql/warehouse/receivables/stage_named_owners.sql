-- grain: payment that no rule has given to anybody whole, and whose client 1C names
-- inputs: temporary table staged_owners, receivables.payments, receivables.payment_balances, receivables.onec_documents_now,
--   receivables.same_payments, receivables.allocation_words_now
-- rerun: in the matching transaction only; where bases of 1C contradict each other nobody is named
INSERT INTO staged_owners (payment_id, client_code)
SELECT p.payment_id, named.client_code
FROM (
    SELECT coalesce(s.same_as, d.payment_id) AS payment_id, min(d.client_code) AS client_code
    FROM receivables.onec_documents_now d
    LEFT JOIN receivables.same_payments s ON s.payment_id = d.payment_id
    WHERE d.client_code IS NOT NULL AND NOT d.is_deleted AND d.payment_id IS NOT NULL
    GROUP BY coalesce(s.same_as, d.payment_id)
    HAVING count(DISTINCT d.client_code) = 1
) named
JOIN receivables.payments p ON p.payment_id = named.payment_id
JOIN receivables.payment_balances b ON b.payment_id = p.payment_id
WHERE p.client_code IS NULL AND p.amount > 0 AND b.left_over > 0
    AND NOT EXISTS (SELECT FROM receivables.allocation_words_now w WHERE w.payment_id = p.payment_id AND w.pays <> 'null')
    AND NOT EXISTS (SELECT FROM staged_owners o WHERE o.payment_id = p.payment_id)

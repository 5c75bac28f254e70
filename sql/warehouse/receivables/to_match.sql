-- grain: payment that is not wholly matched and nobody's yet, oldest first; none of which a person has said what it pays
-- inputs: receivables.payments, receivables.payment_balances, receivables.allocation_words_now
-- rerun: reads only
SELECT p.payment_id, p.organization_code, b.left_over, p.payer_inn, p.purpose, p.paid_on
FROM receivables.payment_balances b
JOIN receivables.payments p USING (payment_id)
WHERE p.client_code IS NULL AND b.left_over > 0
  AND NOT EXISTS (SELECT FROM receivables.allocation_words_now w WHERE w.payment_id = p.payment_id AND w.pays <> 'null')
ORDER BY p.paid_on, p.payment_id COLLATE "C"

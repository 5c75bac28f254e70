-- grain: payment that is not wholly matched and nobody's yet, oldest first; is_waiting: not stored before; none of which a person has said
--   what it pays
-- inputs: temporary table staged_payments, receivables.payments, receivables.payment_balances, receivables.allocation_words_now
-- rerun: reads only
SELECT payment_id, organization_code, left_over, payer_inn, purpose, paid_on, is_waiting
FROM (
    SELECT p.payment_id, p.organization_code, b.left_over, p.payer_inn, p.purpose, p.paid_on, false AS is_waiting
    FROM receivables.payment_balances b
    JOIN receivables.payments p USING (payment_id)
    WHERE p.client_code IS NULL AND b.left_over > 0
        AND NOT EXISTS (SELECT FROM receivables.allocation_words_now w WHERE w.payment_id = p.payment_id AND w.pays <> 'null')
    UNION ALL
    SELECT payment_id, organization_code, amount, payer_inn, purpose, paid_on, true FROM staged_payments WHERE amount > 0
) nobodys
ORDER BY paid_on, payment_id COLLATE "C"

-- grain: payment or reversal of which something is nobody's; not one that gives nothing back by a person's word
-- inputs: receivables.payments, receivables.payment_balances, receivables.no_refunds
-- rerun: reads only
SELECT p.payment_id, p.organization_code, p.paid_on, b.left_over, p.payer_name, p.payer_inn, p.purpose
FROM receivables.payment_balances b
JOIN receivables.payments p USING (payment_id)
WHERE p.client_code IS NULL AND b.left_over <> 0 AND NOT EXISTS (SELECT FROM receivables.no_refunds n WHERE n.payment_id = p.payment_id)
ORDER BY p.paid_on, p.payment_id COLLATE "C"

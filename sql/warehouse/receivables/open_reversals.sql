-- grain: reversal that takes back a payment not yet found, oldest first; not one that gives none back by a person's word
-- inputs: receivables.payments, receivables.no_refunds
-- rerun: reads only
SELECT
    payment_id, organization_code, document_no, paid_on, amount, payer_inn, coalesce(payer_name, '') AS payer_name,
    coalesce(payer_account, '') AS payer_account, purpose
FROM receivables.payments
WHERE amount < 0 AND reverses IS NULL AND source <> 'opening' AND NOT EXISTS (SELECT FROM receivables.no_refunds n WHERE n.payment_id = payments.payment_id)
ORDER BY paid_on, payment_id COLLATE "C"

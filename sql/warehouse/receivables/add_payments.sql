-- grain: payment that was not there
-- inputs: temporary table staged_payments, receivables.payments; :source, :at
-- rerun: empties what was staged; a payment that is there already, from whatever source, stays as it is
WITH part AS (
    DELETE FROM staged_payments
    RETURNING payment_id, organization_code, document_no, paid_on, amount, payer_inn, payer_name, payer_account, purpose
)
INSERT INTO receivables.payments (
    payment_id, source, organization_code, document_no, paid_on, amount, payer_inn, payer_name, payer_account, purpose, received_at
)
SELECT payment_id, :source, organization_code, document_no, paid_on, amount, payer_inn, payer_name, payer_account, purpose, :at
FROM part
WHERE NOT EXISTS (SELECT FROM receivables.payments p WHERE p.payment_id = part.payment_id)
ON CONFLICT DO NOTHING
RETURNING payment_id

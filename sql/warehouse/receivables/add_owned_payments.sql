-- grain: payment of the part that was matched last and was not there, with whose it is
-- inputs: temporary table staged_payments; :payment_ids, :client_codes (pairs; NULL: nobody's), :source, :at
-- rerun: a payment that is there already stays as it is; what was staged is emptied by add_payments. Each is looked up by its id (OFFSET):
--   joined, all that waits was read again for every part
INSERT INTO receivables.payments (
    payment_id, source, organization_code, client_code, document_no, paid_on, amount, payer_inn, payer_name, payer_account, purpose,
    received_at
)
SELECT
    owned.payment_id, :source, s.organization_code, owned.client_code, s.document_no, s.paid_on, s.amount, s.payer_inn, s.payer_name,
    s.payer_account, s.purpose, :at
FROM unnest(CAST(:payment_ids AS text[]), CAST(:client_codes AS text[])) owned (payment_id, client_code)
CROSS JOIN LATERAL (SELECT * FROM staged_payments w WHERE w.payment_id = owned.payment_id OFFSET 0) s
ON CONFLICT DO NOTHING

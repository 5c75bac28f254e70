-- grain: payment of the file that is being imported
-- inputs: none
-- rerun: one per transaction, gone with it
CREATE TEMPORARY TABLE staged_payments (
    payment_id text, organization_code text, document_no text, paid_on date, amount numeric(14, 2), payer_inn text, payer_name text,
    payer_account text, purpose text
) ON COMMIT DROP

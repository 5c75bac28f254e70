-- grain: payment of the source that is being recorded, while nobody knows whose it is
-- inputs: none
-- rerun: one per transaction, gone with it
CREATE TEMPORARY TABLE staged_payments (
    payment_id text PRIMARY KEY, organization_code text, document_no text, paid_on date, amount numeric(14, 2), payer_inn text, payer_name text,
    payer_account text, purpose text
) ON COMMIT DROP

-- grain: letter of a payment that a person has given to another client; its amounts are those of the moment in which it leaves
-- inputs: receivables.payments; :payment_id, :client_code, :at
-- rerun: the same client is told once
INSERT INTO delivery.mail_outbox (event_kind, event_key, organization_code, client_code, facts, queued_at, next_attempt_at)
SELECT
    'payment_received', p.payment_id || ' ' || CAST(:client_code AS text), p.organization_code, :client_code,
    jsonb_build_object(
        'payment_id', p.payment_id, 'paid_on', p.paid_on::text, 'amount', p.amount::text, 'document_no', p.document_no,
        'allocations', '[]'::jsonb, 'advance', '0.00'
    ),
    CAST(:at AS timestamptz), CAST(:at AS timestamptz)
FROM receivables.payments p
WHERE p.payment_id = :payment_id
ON CONFLICT (event_kind, event_key) DO NOTHING

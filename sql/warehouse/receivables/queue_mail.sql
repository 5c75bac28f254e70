-- grain: letter of a payment that has just been recognised as a client's (domain.md §8); facts as pipelines/delivery/mail/events.py has
--   them
-- inputs: temporary table staged_owners, receivables.payments, receivables.allocations; :at
-- rerun: in the matching transaction only; a letter that is queued already stays as it is. In the order of keys, so that each lies in the
--   index beside the one before
INSERT INTO delivery.mail_outbox (event_kind, event_key, organization_code, client_code, facts, queued_at, next_attempt_at)
SELECT
    'payment_received', p.payment_id, p.organization_code, p.client_code,
    jsonb_build_object(
        'paid_on', p.paid_on::text, 'amount', p.amount::text, 'document_no', p.document_no,
        'allocations', coalesce(a.parts, '[]'), 'advance', (p.amount - coalesce(a.amount, 0))::text
    ),
    CAST(:at AS timestamptz), CAST(:at AS timestamptz)
FROM staged_owners s
JOIN receivables.payments p USING (payment_id)
LEFT JOIN LATERAL (
    SELECT sum(x.amount) AS amount, jsonb_agg(jsonb_build_array(x.number, x.amount::text) ORDER BY x.allocation_no) AS parts
    FROM receivables.allocations x WHERE x.payment_id = p.payment_id
) a ON true
WHERE p.amount > 0 AND p.client_code IS NOT NULL
ORDER BY p.payment_id COLLATE "C"
ON CONFLICT (event_kind, event_key) DO NOTHING

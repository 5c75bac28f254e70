-- grain: id of a payment that a source told later × the payment that it is
-- inputs: :payment_ids, :others (pairs), :teller, :at
-- rerun: adds nothing
INSERT INTO receivables.same_payments (payment_id, teller, same_as, at)
SELECT s.payment_id, :teller, s.same_as, :at
FROM unnest(CAST(:payment_ids AS text[]), CAST(:others AS text[])) s (payment_id, same_as)
ON CONFLICT DO NOTHING

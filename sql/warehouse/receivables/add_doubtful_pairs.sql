-- grain: payment × one of another source that it may be
-- inputs: :payment_ids, :others (pairs), :at
-- rerun: adds nothing
INSERT INTO receivables.doubtful_pairs (payment_id, other_id, at)
SELECT d.payment_id, d.other_id, :at
FROM unnest(CAST(:payment_ids AS text[]), CAST(:others AS text[])) d (payment_id, other_id)
ON CONFLICT DO NOTHING

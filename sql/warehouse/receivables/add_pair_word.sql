-- grain: doubtful pair × a person's word on it
-- inputs: :payment_id, :other_id, :is_same, :by_name, :reason, :at
-- rerun: refused by the key: one word a pair
INSERT INTO receivables.pair_words (payment_id, other_id, is_same, by_name, reason, at)
VALUES (:payment_id, :other_id, :is_same, :by_name, :reason, :at)

-- grain: a person's word on what a payment pays
-- inputs: receivables.allocation_words; :payment_id, :pays (JSON), :by_name, :reason, :at
-- rerun: under the lock of the ledger; numbered after those before it
INSERT INTO receivables.allocation_words (payment_id, word_no, pays, by_name, reason, at)
SELECT :payment_id, coalesce(max(word_no), 0) + 1, CAST(:pays AS jsonb), :by_name, :reason, CAST(:at AS timestamptz)
FROM receivables.allocation_words WHERE payment_id = :payment_id

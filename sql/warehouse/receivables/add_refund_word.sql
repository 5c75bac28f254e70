-- grain: one word on an outgoing payment, numbered after the last
-- inputs: receivables.refund_words; :reversal_id, :payment_id (NULL: it gives nothing back), :by_name, :reason, :at. The ledger's lock is
--   held.
-- rerun: an equal one as the last adds nothing
INSERT INTO receivables.refund_words (reversal_id, word_no, payment_id, by_name, reason, at)
SELECT
    CAST(:reversal_id AS text), coalesce(max(word_no), 0) + 1, CAST(:payment_id AS text), CAST(:by_name AS text), CAST(:reason AS text),
    CAST(:at AS timestamptz)
FROM receivables.refund_words WHERE reversal_id = :reversal_id
HAVING (
    SELECT ROW (payment_id, by_name, reason) FROM receivables.refund_words WHERE reversal_id = :reversal_id ORDER BY word_no DESC LIMIT 1
) IS DISTINCT FROM ROW (CAST(:payment_id AS text), CAST(:by_name AS text), CAST(:reason AS text))

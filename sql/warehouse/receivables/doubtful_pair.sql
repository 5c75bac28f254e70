-- grain: one doubtful pair, with the source of the payment told later and the word on it (NULL: none yet)
-- inputs: receivables.doubtful_pairs, receivables.payments, receivables.pair_words; :payment_id, :other_id
-- rerun: reads only
SELECT p.source, w.is_same, w.by_name
FROM receivables.doubtful_pairs d
JOIN receivables.payments p ON p.payment_id = d.payment_id
LEFT JOIN receivables.pair_words w ON (w.payment_id, w.other_id) = (d.payment_id, d.other_id)
WHERE (d.payment_id, d.other_id) = (:payment_id, :other_id)

-- grain: offer of a base, with the word on it where a person has said one, and whether it is still open
-- inputs: delivery.onec_told_fields, delivery.onec_offer_words, delivery.onec_offers; :offer_nos
-- rerun: reads only
SELECT t.told_no AS offer_no, t.peer, t.sheet, t.code, t.field, t.value, w.is_taken, w.by_name, o.offer_no IS NOT NULL AS is_open
FROM delivery.onec_told_fields t
LEFT JOIN delivery.onec_offer_words w USING (told_no)
LEFT JOIN delivery.onec_offers o ON o.offer_no = t.told_no
WHERE t.telling = 'offered' AND t.told_no = ANY (CAST(:offer_nos AS bigint[]))
ORDER BY t.told_no

-- grain: value of a field that a base offers and no person has ruled on, other than ours
-- inputs: delivery.onec_offers
-- rerun: reads only
SELECT offer_no, peer, sheet, code, name, field, ours, value, detail, message_no, at
FROM delivery.onec_offers
ORDER BY offer_no

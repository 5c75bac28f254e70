-- Takes back what 1C told of counterparties and contracts; refused where it has told anything: a history is not dropped.
DO $$
BEGIN
    IF EXISTS (SELECT FROM delivery.onec_told_fields) THEN
        RAISE EXCEPTION 'delivery.onec_told_fields is not empty: what 1C told is not dropped';
    END IF;
END
$$;
DROP VIEW delivery.onec_offers;
DROP TABLE delivery.onec_offer_words, delivery.onec_told_fields;

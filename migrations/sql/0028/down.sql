-- Takes back what is known of bases over HTTP; refused where something is: without it objects would be looked for anew.
DO $$
BEGIN
    IF EXISTS (SELECT FROM delivery.onec_entities) OR EXISTS (SELECT FROM delivery.onec_read) THEN
        RAISE EXCEPTION 'delivery.onec_entities is not empty: the keys of objects in 1C are not dropped';
    END IF;
END
$$;
DROP TABLE delivery.onec_entities, delivery.onec_read;
ALTER TABLE delivery.onec_peers DROP COLUMN problem;

-- Takes the mistakes back; refused where an answer has one: without it the answer would count.
DO $$
BEGIN
    IF EXISTS (SELECT FROM billing.answers WHERE mistakes <> '{}') THEN
        RAISE EXCEPTION 'billing.answers holds answers with mistakes: without them they would count';
    END IF;
END
$$;
ALTER TABLE billing.answers DROP COLUMN mistakes;

-- Takes the word away; refused while it holds, for the next ladder would block again.
DO $$
BEGIN
    IF EXISTS (SELECT FROM access.stop) THEN
        RAISE EXCEPTION 'blocking is stopped: resume it first';
    END IF;
END
$$;
DROP VIEW access.stop;
DROP TABLE access.stops;

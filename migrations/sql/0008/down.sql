-- Takes the columns away; refused where papers were printed with pictures.
DO $$
BEGIN
    IF EXISTS (SELECT FROM master.pictures) THEN
        RAISE EXCEPTION 'master.pictures is not empty: issued papers show them';
    END IF;
END
$$;
DROP TABLE master.pictures;
ALTER TABLE master.organizations DROP COLUMN director_post, DROP COLUMN logo, DROP COLUMN facsimile, DROP COLUMN stamp;

-- Takes plans of instalments back; refused where there is one: an earlier version would take it for a promise of its last day.
DO $$
BEGIN
    IF EXISTS (SELECT FROM access.promises WHERE instalments IS NOT NULL) THEN
        RAISE EXCEPTION 'access.promises has plans of instalments, which an earlier version does not know';
    END IF;
END
$$;
ALTER TABLE access.promises DROP CONSTRAINT plan_is_whole;
ALTER TABLE access.promises DROP COLUMN covers;
ALTER TABLE access.promises DROP COLUMN instalments;

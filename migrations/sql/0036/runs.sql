CREATE SCHEMA runs;
GRANT USAGE ON SCHEMA runs TO fleetbill_app;

-- grain: backup that was written whole; append-only
CREATE TABLE runs.backups (
    taken_at timestamptz PRIMARY KEY,        -- the moment that it shows
    files bigint NOT NULL,
    bytes bigint NOT NULL,
    missing integer NOT NULL                 -- files of the lake that rows name and that were not there
);

CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON runs.backups
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
GRANT SELECT, INSERT ON runs.backups TO fleetbill_app;

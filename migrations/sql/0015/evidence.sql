-- grain: moment at which a platform listed its sensors beside a snapshot; append-only, the rows lie in the lake
CREATE TABLE evidence.sensor_lists (
    snapshot_digest text NOT NULL REFERENCES evidence.snapshots,
    digest text NOT NULL,                    -- of platform, date and rows
    taken_at timestamptz NOT NULL,
    row_count integer NOT NULL,
    path text NOT NULL,                      -- relative to the lake
    PRIMARY KEY (snapshot_digest, taken_at)
);
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence.sensor_lists
    FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
GRANT SELECT, INSERT ON evidence.sensor_lists TO fleetbill_app;

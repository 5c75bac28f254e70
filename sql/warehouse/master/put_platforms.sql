-- grain: row of master.platforms
-- inputs: master.platforms; :rows, a JSON list of whole rows
-- rerun: the same rows again leave the table as it is
INSERT INTO master.platforms (
    platform, kind, source, connection, time_zone
)
SELECT
    platform, kind, source, connection, time_zone
FROM jsonb_populate_recordset(NULL::master.platforms, CAST(:rows AS jsonb))
ON CONFLICT (platform) DO UPDATE SET
    kind = excluded.kind,
    source = excluded.source,
    connection = excluded.connection,
    time_zone = excluded.time_zone

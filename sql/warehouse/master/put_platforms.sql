-- grain: row of master.platforms
-- inputs: master.platforms; :rows, a JSON list of whole rows
-- rerun: the same rows again leave the table as it is
INSERT INTO master.platforms (
    platform, kind, source, connection, time_zone, block_sub_users, block_vehicles
)
SELECT
    platform, kind, source, connection, time_zone, coalesce(block_sub_users, false), coalesce(block_vehicles, false)
FROM jsonb_populate_recordset(NULL::master.platforms, CAST(:rows AS jsonb))
ON CONFLICT (platform) DO UPDATE SET
    kind = excluded.kind,
    source = excluded.source,
    connection = excluded.connection,
    time_zone = excluded.time_zone,
    block_sub_users = excluded.block_sub_users,
    block_vehicles = excluded.block_vehicles

-- grain: sensor × run of days on which it has no value although it had one before and its vehicle speaks, long enough for its platform: a
--   finding
-- inputs: $paths: lists of sensors of the month and of the one before; sensor_days (filename, platform, day_no; NULL: of the month before);
--   silent_vehicles; patience (platform, days); $first: the month's first day
-- rerun: reads only; a sensor that never had a value is not set up, and no failure
WITH sensors AS (
    SELECT
        d.platform, v.vehicle_id, v.sensor_id, arg_max(v.name, d.day_no) AS sensor,
        days_as_bits(d.day_no, v.value IS NULL AND d.day_no IS NOT NULL) AS missing,
        min(CASE WHEN v.value IS NOT NULL THEN coalesce(d.day_no, 0) END) AS first_value
    FROM read_parquet($paths, union_by_name = true, filename = true) v
    JOIN sensor_days d USING (filename)
    GROUP BY d.platform, v.vehicle_id, v.sensor_id
), failing AS (
    SELECT s.*, s.missing & ~coalesce(q.silent, 0)::UINTEGER AS failed
    FROM sensors s
    LEFT JOIN (SELECT platform, vehicle_id, bit_or(silent) AS silent FROM silent_vehicles GROUP BY platform, vehicle_id) q
        USING (platform, vehicle_id)
    WHERE s.first_value IS NOT NULL
), runs AS (
    SELECT f.*, r.first_no, run_end(f.failed, r.first_no) AS last_no
    FROM failing f
    JOIN range(1, 32) r (first_no) ON begins_run(f.failed, r.first_no)
)
SELECT
    'failed_sensor' AS kind, r.platform || '/' || r.vehicle_id || '/' || r.sensor_id AS subject,
    $first::DATE + (first_no - 1)::INTEGER AS first_day, $first::DATE + (last_no - 1)::INTEGER AS last_day,
    r.platform, NULL::VARCHAR AS contract_no, 0 AS vehicle_days, to_json({sensor: r.sensor, found_on: $first::DATE + (first_no + w.days - 2)::INTEGER})::VARCHAR AS parameters
FROM runs r
JOIN patience w USING (platform)
WHERE r.first_value < first_no AND last_no - first_no + 1 >= w.days

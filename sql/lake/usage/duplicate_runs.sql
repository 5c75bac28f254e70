-- grain: vehicle × run of days of the month on which another vehicle held its device: a finding
-- inputs: lost_devices; $paths: the files of days with duplicates; day_paths (filename, platform_day_no, platform); contract_names; $first:
--   the month's first day
-- rerun: reads only
WITH winners AS (
    SELECT DISTINCT p.platform_day_no, v.vehicle_no, p.platform || '/' || v.vehicle_id AS winner_name
    FROM (SELECT filename, vehicle_no, vehicle_id FROM read_parquet($paths, union_by_name = true, filename = true)) v
    JOIN day_paths p USING (filename)
    SEMI JOIN lost_devices l ON l.winner.platform_day_no = p.platform_day_no AND l.winner.vehicle_no = v.vehicle_no
), runs AS (
    SELECT l.*, w.winner_name, r.first_no, run_end(l.seen, r.first_no) AS last_no
    FROM lost_devices l
    JOIN range(1, 32) r (first_no) ON begins_run(l.seen, r.first_no)
    JOIN winners w ON w.platform_day_no = l.winner.platform_day_no AND w.vehicle_no = l.winner.vehicle_no
)
SELECT
    'duplicate' AS kind, platform || '/' || vehicle_id AS subject,
    $first::DATE + (first_no - 1)::INTEGER AS first_day, $first::DATE + (last_no - 1)::INTEGER AS last_day,
    platform, n.contract_no, 0 AS vehicle_days, to_json({winner: winner_name})::VARCHAR AS parameters
FROM runs
LEFT JOIN contract_names n USING (contract_index)
QUALIFY row_number() OVER (PARTITION BY subject, first_no ORDER BY n.contract_no) = 1

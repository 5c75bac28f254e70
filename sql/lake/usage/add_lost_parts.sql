-- grain: vehicle × contract of some days that lost its device to another vehicle on any of them: the days, and the winner of the last
-- inputs: $paths: the files of these days; day_paths (filename, platform_day_no, platform, day_no); duplicates; owners; $first, $last: the
--   least and the greatest number of these platform-days
-- rerun: adds them once per call; a month of nothing but duplicates has no room in one statement
INSERT INTO lost_parts
SELECT
    p.platform, v.vehicle_id, o.contract_index, days_as_bits(p.day_no, true) AS seen,
    arg_max({platform_day_no: d.winner_platform_day_no, vehicle_no: d.winner_vehicle_no}, p.day_no) AS winner, max(p.day_no) AS last_no
FROM (SELECT filename, vehicle_no, vehicle_id FROM read_parquet($paths, union_by_name = true, filename = true)) v
JOIN day_paths p USING (filename)
JOIN (SELECT * FROM duplicates WHERE platform_day_no BETWEEN $first AND $last) d USING (platform_day_no, vehicle_no)
JOIN owners o USING (platform_day_no, account_no)
GROUP BY p.platform, v.vehicle_id, o.contract_index

-- grain: vehicle × contract of the month that lost its device to another vehicle: the days, and the winner of the last
-- inputs: $paths: the files of days with duplicates; day_paths (filename, platform_day_no, platform, day_no); duplicates; owners
-- rerun: starts anew
CREATE OR REPLACE TABLE lost_devices AS
SELECT
    p.platform, v.vehicle_id, o.contract_index, days_as_bits(p.day_no, true) AS seen,
    arg_max({platform_day_no: d.winner_platform_day_no, vehicle_no: d.winner_vehicle_no}, p.day_no) AS winner
FROM (SELECT filename, vehicle_no, vehicle_id FROM read_parquet($paths, union_by_name = true, filename = true)) v
JOIN day_paths p USING (filename)
JOIN duplicates d USING (platform_day_no, vehicle_no)
JOIN owners o USING (platform_day_no, account_no)
GROUP BY p.platform, v.vehicle_id, o.contract_index

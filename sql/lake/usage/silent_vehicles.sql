-- grain: active vehicle × contract that owns it × month: the days on which it sent nothing, its last message, and what was last seen of it
-- inputs: $paths: the columns, and the files of days whose source says what was used; day_paths (filename, platform_day_no, platform,
--   day_no); owners; duplicates: left out, their tracker is in another vehicle
-- rerun: starts anew
CREATE OR REPLACE TABLE silent_vehicles AS
SELECT
    p.platform, v.vehicle_id, o.contract_index, days_as_bits(p.day_no, true) AS silent, max(v.last_message_at)::DATE AS last_message_on,
    arg_max(v.plate, p.day_no) AS plate
FROM (
    SELECT filename, vehicle_id, vehicle_no, account_no, plate, last_message_at
    FROM read_parquet($paths, union_by_name = true, filename = true)
    WHERE billable_state = vehicle_state('active') AND NOT is_used(has_message, online_minutes)
) v
JOIN day_paths p USING (filename)
JOIN owners o USING (platform_day_no, account_no)
ANTI JOIN duplicates d ON d.platform_day_no = p.platform_day_no AND d.vehicle_no = v.vehicle_no
WHERE o.standing = standing('owned')
GROUP BY p.platform, v.vehicle_id, o.contract_index

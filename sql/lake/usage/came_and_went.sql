-- grain: active vehicle of one platform-day of several snapshots that neither the day before nor the day's last snapshot lists: a finding
-- inputs: $path: the day's file; $last: the last snapshot's; $before: the file of the covered day before; $platform_day_no; platform_days;
--   owners; contract_names; $first: the month's first day; $snapshots: how many the day has; $shape
-- rerun: reads only
SELECT
    'came_and_went' AS kind, p.platform || '/' || v.vehicle_id AS subject,
    $first::DATE + (p.day_no - 1)::INTEGER AS first_day, $first::DATE + (p.day_no - 1)::INTEGER AS last_day,
    p.platform, n.contract_no, 0 AS vehicle_days, to_json({plate: v.plate, snapshots: $snapshots::INTEGER})::VARCHAR AS parameters
FROM read_parquet([$shape, $path], union_by_name = true) v
JOIN platform_days p ON p.platform_day_no = $platform_day_no
JOIN owners o ON o.platform_day_no = $platform_day_no AND o.account_no = v.account_no
LEFT JOIN contract_names n USING (contract_index)
ANTI JOIN read_parquet($last) l ON l.vehicle_id = v.vehicle_id
ANTI JOIN read_parquet($before) b ON b.vehicle_id = v.vehicle_id
WHERE v.billable_state = vehicle_state('active')

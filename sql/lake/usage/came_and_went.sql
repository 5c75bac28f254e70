-- grain: active vehicle of one platform-day of several snapshots that neither the day before nor the day's last snapshot lists
-- inputs: $path: the day's file; $last: the last snapshot's; $before: the file of the covered day before
-- rerun: reads only
SELECT v.vehicle_id, v.account_no, v.plate
FROM read_parquet($path) v
ANTI JOIN read_parquet($last) l ON l.vehicle_id = v.vehicle_id
ANTI JOIN read_parquet($before) b ON b.vehicle_id = v.vehicle_id
WHERE v.billable_state = vehicle_state('active')
ORDER BY v.vehicle_id

-- grain: what a platform-day writes where it knows no device: active vehicles, and the first of them
-- inputs: $path: its file
-- rerun: reads only
SELECT coalesce(hw_id, '') AS hw_id, count(*)::INTEGER AS vehicles, min(vehicle_no) AS vehicle_no
FROM read_parquet($path)
WHERE device_key IS NULL AND billable_state = vehicle_state('active')
GROUP BY coalesce(hw_id, '')

-- grain: vehicle of one platform-day whose device is among the repeated ones
-- inputs: $path: its file; $shape: the columns; repeated_vehicles (vehicle_no, device_key, device_text)
-- rerun: reads only; device_text tells apart what only shares a hash
SELECT
    vehicle_no, account_no, d.device_key, d.device_text, billable_state, coalesce(is_clone, false) AS is_clone, last_message_at,
    is_used(has_message, online_minutes) AS is_used,
    COLUMNS('^(online_minutes|meter_.+)$')
FROM read_parquet([$shape, $path], union_by_name = true) v
JOIN repeated_vehicles d USING (vehicle_no)

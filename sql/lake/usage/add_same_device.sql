-- grain: vehicle of one platform-day whose device is among the day's repeated ones
-- inputs: $path: its file; $shape: the columns; $part_no; repeated (device_key)
-- rerun: adds the platform-day once per call; device_text tells apart what only shares a hash
INSERT INTO same_device BY NAME
SELECT
    $part_no::INTEGER AS part_no, vehicle_no, account_no, device_key,
    CASE WHEN device_key < 0 THEN upper(regexp_replace(hw_id, '[\s\p{Z}\p{Pd}]+', '', 'g')) ELSE '' END AS device_text,
    billable_state, coalesce(is_clone, false) AS is_clone, last_message_at,
    coalesce(has_message, false) OR coalesce(online_minutes > 0, false) AS is_used,
    COLUMNS('^(online_minutes|meter_.+)$')
FROM read_parquet([$shape, $path], union_by_name = true)
WHERE device_key IN (SELECT device_key FROM repeated)

-- grain: vehicle of one snapshot whose device the snapshot lists more than once
-- inputs: $path: its file; $shape: the columns; repeated (device_key)
-- rerun: reads only; device_text tells apart what only shares a hash
SELECT
    vehicle_no, account_no, device_key,
    CASE WHEN device_key < 0 THEN upper(regexp_replace(hw_id, '[\s\p{Z}\p{Pd}]+', '', 'g')) ELSE '' END AS device_text,
    billable_state, coalesce(is_clone, false) AS is_clone, last_message_at,
    coalesce(has_message, false) OR coalesce(online_minutes > 0, false) AS is_used,
    COLUMNS('^(online_minutes|meter_.+)$')
FROM read_parquet([$shape, $path], union_by_name = true)
WHERE device_key IN (SELECT device_key FROM repeated)
ORDER BY device_key, vehicle_no

-- grain: active vehicle of one platform-day under the chosen owner sets
-- inputs: $path: its file; $shape: the columns; chosen_accounts (account_no)
-- rerun: reads only
SELECT vehicle_id, account_no, plate, coalesce(has_message, false) OR coalesce(online_minutes > 0, false) AS is_used
FROM read_parquet([$shape, $path], union_by_name = true)
WHERE billable_state = 1 AND account_no IN (SELECT account_no FROM chosen_accounts)

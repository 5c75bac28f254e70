-- grain: active vehicle of one platform-day under the chosen owner sets
-- inputs: $path: its file; $shape: the columns; chosen_accounts (account_no)
-- rerun: reads only
SELECT vehicle_id, account_no, plate, is_used(has_message, online_minutes) AS is_used
FROM read_parquet([$shape, $path], union_by_name = true)
WHERE billable_state = vehicle_state('active') AND account_no IN (SELECT account_no FROM chosen_accounts)

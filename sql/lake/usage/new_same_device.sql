-- grain: vehicle-day whose device is listed more than once that day; empty, filled by add_same_device
-- inputs: $shape: the columns
-- rerun: starts anew
CREATE OR REPLACE TABLE same_device AS
SELECT 0::INTEGER AS platform_day_no, vehicle_no, account_no, device_key, ''::VARCHAR AS device_text, billable_state, is_clone, last_message_at,
    false AS is_used, COLUMNS('^(online_minutes|meter_.+)$')
FROM read_parquet($shape)

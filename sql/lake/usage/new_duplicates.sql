-- grain: vehicle-day that lost its device to another vehicle that day; empty, filled by duplicates
-- inputs: $shape: the columns
-- rerun: starts anew
CREATE OR REPLACE TABLE duplicates AS
SELECT 0::INTEGER AS platform_day_no, vehicle_no, account_no, billable_state, false AS is_used, COLUMNS('^(online_minutes|meter_.+)$'),
    0::INTEGER AS winner_platform_day_no, 0::INTEGER AS winner_vehicle_no
FROM read_parquet($shape)

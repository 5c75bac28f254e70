-- grain: platform-day × owner set × used or not: active vehicles with their sums; empty, filled by add_fleet
-- inputs: $shape: the columns
-- rerun: starts anew
CREATE OR REPLACE TABLE fleets AS
SELECT 0::INTEGER AS platform_day_no, account_no, false AS is_used, 0::INTEGER AS vehicles,
    COLUMNS('^(online_minutes|meter_.+)$')::DECIMAL(38, 6) AS '\1'
FROM read_parquet($shape)

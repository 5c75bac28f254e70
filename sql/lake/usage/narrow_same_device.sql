-- grain: vehicle-day whose device a vehicle of the counted owner sets bears on the same date
-- inputs: same_device; platform_days (platform_day_no, day_no); counted_sets (platform_day_no, account_no)
-- rerun: starts anew
CREATE OR REPLACE TABLE same_device AS
SELECT s.*
FROM same_device s
JOIN platform_days p USING (platform_day_no)
SEMI JOIN (
    SELECT q.day_no, c.device_key, c.device_text
    FROM same_device c
    JOIN platform_days q USING (platform_day_no)
    SEMI JOIN counted_sets USING (platform_day_no, account_no)
) counted ON counted.day_no = p.day_no AND counted.device_key = s.device_key AND counted.device_text = s.device_text

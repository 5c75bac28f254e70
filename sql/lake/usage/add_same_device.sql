-- grain: vehicle of one platform-day whose device is among the day's repeated ones
-- inputs: $platform_day_no; rows_of_day: what repeated_rows gave
-- rerun: adds the platform-day once per call
INSERT INTO same_device BY NAME
SELECT $platform_day_no::INTEGER AS platform_day_no, * FROM rows_of_day

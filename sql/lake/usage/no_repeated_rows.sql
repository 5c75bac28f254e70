-- grain: vehicle of a snapshot that lists no device more than once: none
-- inputs: same_device, for its columns
-- rerun: reads only
SELECT * EXCLUDE (platform_day_no) FROM same_device WHERE false

-- grain: day × device that is a placeholder on it because too many vehicles share it
-- inputs: placeholder_texts
-- rerun: reads only
SELECT day_no, device_key FROM placeholder_texts

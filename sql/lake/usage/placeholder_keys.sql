-- grain: device that is a placeholder on one day because too many vehicles share it
-- inputs: placeholder_texts; $day_no
-- rerun: reads only
SELECT device_key FROM placeholder_texts WHERE day_no = $day_no

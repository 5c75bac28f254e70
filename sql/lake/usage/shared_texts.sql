-- grain: platform-day × device text that is a placeholder on its day, the most frequent first
-- inputs: placeholder_vehicles
-- rerun: reads only
FROM placeholder_vehicles ORDER BY platform_day_no, vehicles DESC, device_key, device_text

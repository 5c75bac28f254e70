-- grain: platform-day × device text that is a placeholder on its day because too many vehicles share it: active vehicles, and their
--   smallest vehicle_no
-- inputs: same_device; placeholder_texts; platform_days
-- rerun: adds those of same_device once per call
INSERT INTO placeholder_vehicles
SELECT
    v.platform_day_no, v.device_key, v.device_text, count(*)::INTEGER AS vehicles, min(v.vehicle_no) AS vehicle_no
FROM same_device v
JOIN platform_days p USING (platform_day_no)
JOIN placeholder_texts t ON t.day_no = p.day_no AND t.device_key = v.device_key AND t.device_text = v.device_text
WHERE v.billable_state = vehicle_state('active')
GROUP BY v.platform_day_no, v.device_key, v.device_text

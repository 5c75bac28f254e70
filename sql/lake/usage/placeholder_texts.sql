-- grain: day × text of a device that three or more vehicles of one platform share that day, clones apart: it names no device (domain.md
--   §3.2)
-- inputs: same_device; platform_days (platform_day_no, day_no, platform); $vehicles: three
-- rerun: adds those of same_device once per call
INSERT INTO placeholder_texts
SELECT DISTINCT p.day_no, v.device_key, v.device_text
FROM same_device v
JOIN platform_days p USING (platform_day_no)
WHERE NOT is_imei(v.device_key) AND NOT v.is_clone
GROUP BY p.day_no, p.platform, v.device_key, v.device_text
HAVING count(*) >= $vehicles

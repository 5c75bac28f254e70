-- grain: active vehicle of one platform-day whose plate or VIN hash is repeated that day, or whose device nearly is another's
-- inputs: $path: its file; $platform_day_no; repeated_plates, repeated_vins (hash); near_devices (device_key, device_digits): serials and
--   IMEIs with the same fourteen digits
-- rerun: adds the platform-day once per call
INSERT INTO look_alikes
SELECT $platform_day_no, vehicle_no, vehicle_id, account_no, plate_key, vin_key, n.device_digits, is_imei(device_key)
FROM read_parquet($path)
LEFT JOIN near_devices n USING (device_key)
WHERE billable_state = vehicle_state('active')
  AND (
      hash(plate_key) IN (SELECT hash FROM repeated_plates)
      OR hash(vin_key) IN (SELECT hash FROM repeated_vins)
      OR n.device_digits IS NOT NULL
  )

-- grain: active vehicle of one platform-day whose plate or VIN hash is repeated that day
-- inputs: $path: its file; $part_no; repeated_plates, repeated_vins (hash)
-- rerun: adds the platform-day once per call
INSERT INTO look_alikes
SELECT $part_no, vehicle_no, vehicle_id, account_no, plate_key, vin_key
FROM read_parquet($path)
WHERE billable_state = 1
  AND (hash(plate_key) IN (SELECT hash FROM repeated_plates) OR hash(vin_key) IN (SELECT hash FROM repeated_vins))

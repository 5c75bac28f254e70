-- grain: active vehicle of one platform-day: hashes of what it may share with another
-- inputs: $path: its file
-- rerun: reads only
SELECT hash(plate_key)::UBIGINT AS plate, hash(vin_key)::UBIGINT AS vin, plate_key IS NOT NULL AS has_plate, vin_key IS NOT NULL AS has_vin
FROM read_parquet($path)
WHERE billable_state = vehicle_state('active')

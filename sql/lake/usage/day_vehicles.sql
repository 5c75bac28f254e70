-- grain: vehicle of one platform-day: the hash of its id, its owner set, whether it is active
-- inputs: $path: its file
-- rerun: reads only
SELECT hash(vehicle_id) AS vehicle, account_no, billable_state = vehicle_state('active') AS is_active FROM read_parquet($path)

-- grain: vehicle of one platform-day among the chosen ones
-- inputs: $path: its file; chosen_vehicles (vehicle_no)
-- rerun: reads only
SELECT vehicle_no, vehicle_id FROM read_parquet($path) WHERE vehicle_no IN (SELECT vehicle_no FROM chosen_vehicles)

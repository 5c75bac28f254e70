-- grain: platform-day × device text that too many vehicles share; empty, filled by placeholder_vehicles
-- inputs: none
-- rerun: starts anew
CREATE OR REPLACE TABLE placeholder_vehicles (
    platform_day_no INTEGER, device_key BIGINT, device_text VARCHAR, vehicles INTEGER, vehicle_no INTEGER
)

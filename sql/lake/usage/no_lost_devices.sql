-- grain: vehicle × contract of the month that lost its device to another vehicle: none
-- inputs: none
-- rerun: starts anew
CREATE OR REPLACE TABLE lost_devices (
    platform VARCHAR, vehicle_id VARCHAR, contract_index INTEGER, seen UINTEGER, winner STRUCT(platform_day_no INTEGER, vehicle_no INTEGER)
)

-- grain: vehicle × contract × some days of the month; empty, filled by add_lost_parts
-- inputs: none
-- rerun: starts anew
CREATE OR REPLACE TABLE lost_parts (
    platform VARCHAR, vehicle_id VARCHAR, contract_index INTEGER, seen UINTEGER,
    winner STRUCT(platform_day_no INTEGER, vehicle_no INTEGER), last_no INTEGER
)

-- grain: contract × vehicle of the month; empty, filled by add_frozen
-- inputs: none
-- rerun: starts anew
CREATE OR REPLACE TABLE frozen (
    contract_no VARCHAR, platform VARCHAR, vehicle_id VARCHAR, name VARCHAR, plate VARCHAR,
    billed UINTEGER, unused UINTEGER, deactivated UINTEGER, blocked UINTEGER, duplicate UINTEGER
)

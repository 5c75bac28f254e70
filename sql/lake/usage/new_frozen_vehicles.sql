-- grain: contract × vehicle of the month; empty, filled by fold_frozen_days
-- inputs: none
-- rerun: starts anew
CREATE OR REPLACE TABLE frozen_vehicles (
    contract_index INTEGER, platform VARCHAR, vehicle_id VARCHAR, name VARCHAR, named_on INTEGER, plate VARCHAR, plated_on INTEGER,
    billed UINTEGER, unused UINTEGER, deactivated UINTEGER, blocked UINTEGER, duplicate UINTEGER
)

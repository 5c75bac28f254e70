-- grain: vehicle-day of a chosen contract; empty, filled by add_frozen_day
-- inputs: none
-- rerun: starts anew
CREATE OR REPLACE TABLE frozen_days (
    contract_index INTEGER, platform VARCHAR, vehicle_id VARCHAR, name VARCHAR, plate VARCHAR, day_no INTEGER,
    reason ENUM ('billed', 'unused', 'deactivated', 'blocked', 'duplicate')
)

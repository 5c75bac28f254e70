-- grain: active vehicle of one day whose plate, VIN or device may be another's too; empty, filled by add_look_alikes
-- inputs: none
-- rerun: starts anew
CREATE OR REPLACE TABLE look_alikes (
    platform_day_no INTEGER, vehicle_no INTEGER, vehicle_id VARCHAR, account_no INTEGER, plate_key VARCHAR, vin_key VARCHAR,
    device_digits VARCHAR, is_imei BOOLEAN
)

-- grain: vehicle-day × what it shares (plate, VIN, first fourteen digits of a device) with other vehicles that are no duplicates by device
-- inputs: look_alikes; duplicates: left out; platform_days (platform_day_no, platform, day_no); owners: blocked ones left out
-- rerun: starts anew; digits of devices are told only where one of them is an IMEI and another is none
CREATE OR REPLACE TABLE suspected AS
WITH kept AS (
    SELECT
        p.day_no, p.platform, o.contract_index, p.platform || '/' || v.vehicle_id AS subject,
        v.plate_key, v.vin_key, v.device_digits, v.is_imei
    FROM look_alikes v
    JOIN platform_days p USING (platform_day_no)
    JOIN owners o USING (platform_day_no, account_no)
    WHERE o.standing <> standing('blocked')
      AND NOT EXISTS (SELECT 1 FROM duplicates d WHERE d.platform_day_no = v.platform_day_no AND d.vehicle_no = v.vehicle_no)
), near_an_imei AS (
    SELECT day_no, device_digits FROM kept WHERE is_imei AND device_digits IS NOT NULL
)
FROM (
    SELECT day_no, platform, contract_index, subject, 'plate' AS what, plate_key AS text FROM kept WHERE plate_key IS NOT NULL
    UNION ALL
    SELECT day_no, platform, contract_index, subject, 'vin', vin_key FROM kept WHERE vin_key IS NOT NULL
    UNION ALL
    SELECT day_no, platform, contract_index, subject, 'device', device_digits FROM kept
    SEMI JOIN near_an_imei USING (day_no, device_digits)
)
QUALIFY count(*) OVER (PARTITION BY day_no, what, text) > 1

-- grain: vehicle, active on at least one of two days, whose contract on the later day is not that of the earlier one: a finding of that day
-- inputs: $after: the file of the later day; moved (vehicle: hash of its id, contract_before, contract_after); contract_names; $platform,
--   $day: of the later one; $days_left: to the end of its month (0: it is not near)
-- rerun: reads only
SELECT
    'transfer' AS kind, $platform || '/' || a.vehicle_id AS subject, $day::DATE AS first_day, $day::DATE AS last_day,
    $platform AS platform, na.contract_no, $days_left::INTEGER AS vehicle_days,
    CASE
        WHEN $days_left = 0 THEN to_json({before: nb.contract_no, after: na.contract_no})
        ELSE to_json({before: nb.contract_no, after: na.contract_no, days_left: $days_left::INTEGER})
    END::VARCHAR AS parameters
FROM read_parquet($after) a
JOIN moved m ON m.vehicle = hash(a.vehicle_id)
JOIN contract_names nb ON nb.contract_index = m.contract_before
JOIN contract_names na ON na.contract_index = m.contract_after

-- grain: vehicle, active on at least one of two days, whose contract on the later day is not that of the earlier one: a finding of that day
-- inputs: $before, $after: the files of the days; owned_before, owned_after (account_no, contract_index): owner sets of contracts whose
--   vehicles changed; contract_names; $platform, $day: of the later one; $days_left: to the end of its month (0: it is not near)
-- rerun: reads only
SELECT
    'transfer' AS kind, $platform || '/' || a.vehicle_id AS subject, $day::DATE AS first_day, $day::DATE AS last_day,
    $platform AS platform, na.contract_no, $days_left::INTEGER AS vehicle_days,
    CASE
        WHEN $days_left = 0 THEN to_json({before: nb.contract_no, after: na.contract_no})
        ELSE to_json({before: nb.contract_no, after: na.contract_no, days_left: $days_left::INTEGER})
    END::VARCHAR AS parameters
FROM read_parquet($after) a
JOIN owned_after wa ON wa.account_no = a.account_no
JOIN read_parquet($before) b ON b.vehicle_id = a.vehicle_id
JOIN owned_before wb ON wb.account_no = b.account_no
JOIN contract_names nb ON nb.contract_index = wb.contract_index
JOIN contract_names na ON na.contract_index = wa.contract_index
WHERE wa.contract_index <> wb.contract_index AND (a.billable_state = vehicle_state('active') OR b.billable_state = vehicle_state('active'))

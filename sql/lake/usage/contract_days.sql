-- grain: contract × business date on which something of it was counted
-- inputs: fleets; duplicates: taken away again; platform_days (platform_day_no, day_no); owners (platform_day_no, account_no, standing,
--   contract_index, is_connected)
-- rerun: reads only
SELECT
    o.contract_index, p.day_no, sum(f.vehicles)::INTEGER AS fleet_size,
    coalesce(sum(COLUMNS('^(online_minutes|meter_.+)$')), 0) AS '\1'
FROM (
    FROM fleets
    UNION ALL BY NAME
    SELECT platform_day_no, account_no, is_used, -1 AS vehicles, -COLUMNS('^(online_minutes|meter_.+)$') AS '\1'
    FROM duplicates
    WHERE billable_state = vehicle_state('active')
) f
JOIN owners o USING (platform_day_no, account_no)
JOIN platform_days p USING (platform_day_no)
WHERE o.standing = standing('owned') AND (f.is_used OR o.is_connected)
GROUP BY o.contract_index, p.day_no

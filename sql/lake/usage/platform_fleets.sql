-- grain: contract × platform-day among some platform-days: active vehicles, and those that count
-- inputs: fleets; duplicates: taken away again; wanted (platform_day_no); owners
-- rerun: reads only
SELECT
    f.platform_day_no, o.contract_index, sum(f.vehicles)::INTEGER AS active,
    coalesce(sum(f.vehicles) FILTER (WHERE f.is_used OR o.is_connected), 0)::INTEGER AS counted
FROM (
    SELECT platform_day_no, account_no, is_used, vehicles FROM fleets
    UNION ALL
    SELECT platform_day_no, account_no, is_used, -1 FROM duplicates WHERE billable_state = vehicle_state('active')
) f
JOIN wanted USING (platform_day_no)
JOIN owners o USING (platform_day_no, account_no)
WHERE o.standing = standing('owned')
GROUP BY f.platform_day_no, o.contract_index

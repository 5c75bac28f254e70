-- grain: platform-day × contract that counts what is connected: vehicles that count and sent nothing that day
-- inputs: fleets; duplicates: taken away again; owners (platform_day_no, account_no, standing, contract_index, is_connected)
-- rerun: reads only
SELECT f.platform_day_no, o.contract_index, sum(f.vehicles)::INTEGER AS vehicles
FROM (
    SELECT platform_day_no, account_no, is_used, vehicles FROM fleets
    UNION ALL
    SELECT platform_day_no, account_no, is_used, -1 FROM duplicates WHERE billable_state = vehicle_state('active')
) f
JOIN owners o USING (platform_day_no, account_no)
WHERE o.standing = standing('owned') AND o.is_connected AND NOT f.is_used
GROUP BY f.platform_day_no, o.contract_index
HAVING sum(f.vehicles) > 0
ORDER BY f.platform_day_no, o.contract_index

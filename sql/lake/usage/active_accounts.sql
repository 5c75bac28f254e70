-- grain: platform-day × owner set that lists active vehicles, with their number
-- inputs: fleets; owners (platform_day_no, account_no, standing): orphans alone
-- rerun: reads only
SELECT platform_day_no, account_no, sum(vehicles)::INTEGER AS vehicles
FROM fleets
JOIN owners o USING (platform_day_no, account_no)
WHERE o.standing = standing('orphan')
GROUP BY platform_day_no, account_no

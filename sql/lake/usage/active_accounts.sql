-- grain: platform-day × owner set that lists active vehicles, with their number
-- inputs: fleets; owners (part_no, account_no, standing): orphans alone
-- rerun: reads only
SELECT part_no, account_no, sum(vehicles)::INTEGER AS vehicles
FROM fleets
JOIN owners o USING (part_no, account_no)
WHERE o.standing = 0
GROUP BY part_no, account_no

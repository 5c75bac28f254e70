-- grain: contract × platform-day among some platform-days: active vehicles, and those that count
-- inputs: fleets; duplicates: taken away again; wanted (part_no); owners
-- rerun: reads only
SELECT
    f.part_no, o.contract_index, sum(f.vehicles)::INTEGER AS active,
    coalesce(sum(f.vehicles) FILTER (WHERE f.is_used OR o.is_connected), 0)::INTEGER AS counted
FROM (
    SELECT part_no, account_no, is_used, vehicles FROM fleets
    UNION ALL
    SELECT part_no, account_no, is_used, -1 FROM duplicates WHERE billable_state = 1
) f
JOIN wanted USING (part_no)
JOIN owners o USING (part_no, account_no)
WHERE o.standing = 3
GROUP BY f.part_no, o.contract_index

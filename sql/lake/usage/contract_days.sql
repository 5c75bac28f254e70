-- grain: contract × business date on which something of it was counted
-- inputs: fleets; duplicates: taken away again; parts (part_no, day_no); owners (part_no, account_no, standing, contract_index,
--   is_connected)
-- rerun: reads only
SELECT
    o.contract_index, p.day_no, sum(f.vehicles)::INTEGER AS fleet_size,
    coalesce(sum(COLUMNS('^(online_minutes|meter_.+)$')), 0) AS '\1'
FROM (
    FROM fleets
    UNION ALL BY NAME
    SELECT part_no, account_no, is_used, -1 AS vehicles, -COLUMNS('^(online_minutes|meter_.+)$') AS '\1'
    FROM duplicates
    WHERE billable_state = 1
) f
JOIN owners o USING (part_no, account_no)
JOIN parts p USING (part_no)
WHERE o.standing = 3 AND (f.is_used OR o.is_connected)
GROUP BY o.contract_index, p.day_no

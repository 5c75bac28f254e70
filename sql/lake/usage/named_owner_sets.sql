-- grain: owner set that a finding names, once for the days that list the same sets
-- inputs: unpaid_owner_sets, several_owners; day_paths (platform_day_no, set_no)
-- rerun: reads only
SELECT DISTINCT p.set_no, n.account_no
FROM (
    SELECT platform_day_no, account_no FROM unpaid_owner_sets
    UNION ALL
    SELECT platform_day_no, account_no FROM several_owners
) n
JOIN day_paths p USING (platform_day_no)
ORDER BY p.set_no, n.account_no

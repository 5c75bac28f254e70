-- grain: platform-day on which some owner set belongs to no contract in force, with the least and the greatest number of these sets
-- inputs: unpaid_owner_sets
-- rerun: reads only
SELECT platform_day_no, min(account_no) AS first_set, max(account_no) AS last_set
FROM unpaid_owner_sets
GROUP BY platform_day_no
ORDER BY platform_day_no

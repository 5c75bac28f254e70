-- grain: platform-day on which some owner set belongs to no contract in force
-- inputs: unpaid_owner_sets
-- rerun: reads only
SELECT DISTINCT platform_day_no FROM unpaid_owner_sets ORDER BY platform_day_no

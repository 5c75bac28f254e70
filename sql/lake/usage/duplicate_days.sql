-- grain: platform-day that has a duplicate, or the winner of one on the same date
-- inputs: duplicates
-- rerun: reads only
SELECT DISTINCT unnest([platform_day_no, winner_platform_day_no]) AS platform_day_no FROM duplicates

-- grain: month
-- inputs: usage.months; :month
-- rerun: reads only
SELECT inputs FROM usage.months WHERE month = :month

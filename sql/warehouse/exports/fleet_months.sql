-- grain: month whose usage is stored; `inputs`: digest of what it was computed from
-- inputs: usage.months
-- rerun: reads only
SELECT month, inputs FROM usage.months ORDER BY month

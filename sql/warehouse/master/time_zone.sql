-- grain: one value
-- inputs: master.organizations
-- rerun: reads only
SELECT time_zone FROM master.organizations ORDER BY code LIMIT 1

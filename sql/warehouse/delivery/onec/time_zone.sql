-- grain: one value
-- inputs: master.organizations
-- rerun: reads only
SELECT time_zone FROM master.organizations ORDER BY code COLLATE "C" LIMIT 1

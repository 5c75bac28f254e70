-- grain: one value: the time zone of the organization that sorts first
-- inputs: master.organizations
-- rerun: reads only
SELECT time_zone FROM master.organizations ORDER BY code COLLATE "C" LIMIT 1

-- grain: one declared platform
-- inputs: master.platforms; :platform
-- rerun: reads only
SELECT platform, kind, source, connection, time_zone
FROM master.platforms
WHERE platform = :platform

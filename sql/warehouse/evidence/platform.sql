-- grain: one declared platform
-- inputs: :platform
-- rerun: reads only
SELECT platform, kind, source, connection, time_zone
FROM master.platforms
WHERE platform = :platform

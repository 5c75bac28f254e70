-- grain: platform
-- inputs: master.platforms
-- rerun: reads only
SELECT platform, time_zone FROM master.platforms ORDER BY platform COLLATE "C"

-- grain: declared platform
-- inputs: master.platforms
-- rerun: reads only
SELECT platform, kind FROM master.platforms ORDER BY platform COLLATE "C"

-- grain: platform of any kind but files
-- inputs: master.platforms
-- rerun: reads only
SELECT platform, time_zone, connection FROM master.platforms WHERE kind <> 'files' ORDER BY platform COLLATE "C"

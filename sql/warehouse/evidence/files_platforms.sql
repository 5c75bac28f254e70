-- grain: platform of kind files
-- inputs: master.platforms
-- rerun: reads only
SELECT platform FROM master.platforms WHERE kind = 'files' ORDER BY platform COLLATE "C"

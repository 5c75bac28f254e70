-- grain: platform of the kind `files`: its block list is a file
-- inputs: master.platforms
-- rerun: reads only
SELECT platform FROM master.platforms WHERE kind = 'files' ORDER BY platform COLLATE "C"

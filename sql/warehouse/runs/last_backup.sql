-- grain: the newest backup that was written whole
-- inputs: runs.backups
-- rerun: reads only
SELECT taken_at, missing FROM runs.backups ORDER BY taken_at DESC LIMIT 1

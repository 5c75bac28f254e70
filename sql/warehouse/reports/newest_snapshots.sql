-- grain: platform with its newest landed snapshot
-- inputs: evidence.snapshots
-- rerun: reads only
SELECT DISTINCT ON (platform COLLATE "C") platform, business_date, path
FROM evidence.snapshots
WHERE state = 'landed'
ORDER BY platform COLLATE "C", business_date DESC, taken_at DESC, snapshot_no DESC

-- grain: registered snapshot of one state
-- inputs: evidence.snapshots; :state; :platform, :first, :last (dates, inclusive): NULL: all
-- rerun: reads only
SELECT digest, platform, business_date, taken_at, snapshot_no, state, row_count, path
FROM evidence.snapshots
WHERE state = :state
  AND (CAST(:platform AS text) IS NULL OR platform = :platform)
  AND business_date >= coalesce(CAST(:first AS date), '-infinity') AND business_date <= coalesce(CAST(:last AS date), 'infinity')
ORDER BY business_date, platform COLLATE "C", snapshot_no

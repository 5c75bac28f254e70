-- grain: one registered snapshot
-- inputs: evidence.snapshots; :first, :last (dates, inclusive; NULL: no bound)
-- rerun: reads only
SELECT platform, business_date AS date, taken_at, state AS status, row_count AS rows, digest
FROM evidence.snapshots
WHERE business_date >= COALESCE(CAST(:first AS date), '-infinity') AND business_date <= COALESCE(CAST(:last AS date), 'infinity')
ORDER BY platform COLLATE "C", business_date, snapshot_no

-- grain: at most one row: the largest landed snapshot of the latest landed day before a day, within 31 days
-- inputs: evidence.snapshots; :platform, :business_date
-- rerun: reads only
SELECT path, row_count
FROM evidence.snapshots
WHERE platform = :platform
    AND state = 'landed'
    AND business_date < :business_date
    AND business_date >= CAST(:business_date AS date) - 31
ORDER BY business_date DESC, row_count DESC, taken_at DESC, snapshot_no DESC
LIMIT 1

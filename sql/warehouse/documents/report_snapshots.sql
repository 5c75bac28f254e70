-- grain: snapshot of a platform and day
-- inputs: evidence.snapshots; :first, :last
-- rerun: reads only
SELECT platform, business_date, (taken_at AT TIME ZONE time_zone) AS taken_at, state, row_count, digest
FROM evidence.snapshots
WHERE business_date BETWEEN :first AND :last
ORDER BY platform, business_date, snapshot_no

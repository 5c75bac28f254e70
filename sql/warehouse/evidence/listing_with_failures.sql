-- grain: one registered snapshot, with the number of things that failed in it
-- inputs: evidence.snapshots, evidence.current_failures
-- rerun: reads only
SELECT
    snapshot.platform, snapshot.business_date AS date, snapshot.state AS status, snapshot.row_count AS rows, snapshot.digest,
    COUNT(failure.failure_no) AS failed
FROM evidence.snapshots AS snapshot
LEFT JOIN evidence.current_failures AS failure USING (digest)
GROUP BY snapshot.digest
ORDER BY snapshot.business_date DESC, snapshot.platform COLLATE "C", snapshot.snapshot_no DESC

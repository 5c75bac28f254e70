-- grain: one registered snapshot
-- inputs: evidence.snapshots; :digest
-- rerun: reads only
SELECT digest, platform, business_date, taken_at, snapshot_no, state, row_count, path
FROM evidence.snapshots
WHERE digest = :digest

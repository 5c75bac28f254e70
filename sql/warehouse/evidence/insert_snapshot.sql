-- grain: one snapshot, numbered in the order of arrival for its platform and date; the caller holds the platform's lock
-- inputs: evidence.snapshots; :digest, :platform, :business_date, :taken_at, :state, :row_count, :columns, :time_zone, :tree_digest,
--   :path
-- rerun: nothing happens when the digest is registered already
INSERT INTO evidence.snapshots
    (digest, platform, business_date, taken_at, snapshot_no, state, row_count, columns, time_zone, tree_digest, path)
SELECT
    :digest, :platform, :business_date, :taken_at,
    1 + COALESCE(MAX(earlier.snapshot_no), 0),
    :state, :row_count, :columns, :time_zone, :tree_digest, :path
FROM evidence.snapshots AS earlier
WHERE earlier.platform = :platform AND earlier.business_date = :business_date
ON CONFLICT (digest) DO NOTHING

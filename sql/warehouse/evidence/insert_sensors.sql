-- grain: one list of sensors that came with a snapshot, at its moment
-- inputs: evidence.sensor_lists; :snapshot_digest, :digest, :taken_at, :row_count, :path
-- rerun: nothing happens when the list of that moment is registered already
INSERT INTO evidence.sensor_lists (snapshot_digest, digest, taken_at, row_count, path)
VALUES (:snapshot_digest, :digest, :taken_at, :row_count, :path)
ON CONFLICT DO NOTHING

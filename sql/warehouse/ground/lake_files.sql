-- grain: file of the lake that a row names, relative to the lake, with the SHA-256 of its writings; none for one of an earlier version
-- inputs: evidence.snapshots, evidence.sensor_lists, billing.evidence, evidence.lake_files
-- rerun: reads only
SELECT n.path, coalesce(array_agg(f.file_digest) FILTER (WHERE f.file_digest IS NOT NULL), '{}') AS digests
FROM (
    SELECT path FROM evidence.snapshots
    UNION
    SELECT path FROM evidence.sensor_lists
    UNION
    SELECT vehicles_path FROM billing.evidence
) n
LEFT JOIN evidence.lake_files f USING (path)
GROUP BY n.path
ORDER BY n.path

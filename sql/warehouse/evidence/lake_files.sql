-- grain: registered file of the lake with the bytes that it may have; files of earlier versions have none
-- inputs: evidence.snapshots, evidence.sensor_lists, evidence.lake_files; :paths (NULL: all)
-- rerun: reads only
SELECT r.path, r.platform, r.business_date, r.is_snapshot, r.row_count,
    array_remove(array_agg(f.file_digest ORDER BY f.file_digest), NULL) AS digests, max(f.size) AS size
FROM (
    SELECT path, platform, business_date, true AS is_snapshot, row_count FROM evidence.snapshots
    UNION ALL
    SELECT l.path, s.platform, s.business_date, false, l.row_count
    FROM evidence.sensor_lists l
    JOIN evidence.snapshots s ON s.digest = l.snapshot_digest
) r
LEFT JOIN evidence.lake_files f USING (path)
WHERE CAST(:paths AS text[]) IS NULL OR r.path = ANY(CAST(:paths AS text[]))
GROUP BY r.path, r.platform, r.business_date, r.is_snapshot, r.row_count
ORDER BY r.path COLLATE "C"

-- grain: platform × day, with its last list of sensors; days without one have no row
-- inputs: evidence.sensor_lists, evidence.snapshots that are landed; :platform (NULL: all), :first, :last (dates, inclusive)
-- rerun: reads only
SELECT DISTINCT ON (snapshot.business_date, snapshot.platform COLLATE "C")
    snapshot.platform, snapshot.business_date, listed.taken_at, listed.digest, listed.row_count, listed.path
FROM evidence.sensor_lists AS listed
INNER JOIN evidence.snapshots AS snapshot ON snapshot.digest = listed.snapshot_digest
WHERE snapshot.state = 'landed'
  AND (CAST(:platform AS text) IS NULL OR snapshot.platform = :platform)
  AND snapshot.business_date BETWEEN :first AND :last
ORDER BY snapshot.business_date, snapshot.platform COLLATE "C", listed.taken_at DESC, listed.digest

-- grain: platform × day × failed expectation: warnings of what landed, and snapshots that wait in quarantine
-- inputs: evidence.snapshots, evidence.current_failures; :business_date
-- rerun: delete_findings goes before, so the same evidence gives the same rows
INSERT INTO findings.occurrences (kind, subject, first_day, last_day, platform, parameters)
SELECT
    'snapshot_warning',
    snapshot.platform || ': ' || failure.expectation || COALESCE(' ' || failure.column_name, ''),
    snapshot.business_date,
    snapshot.business_date,
    snapshot.platform,
    jsonb_build_object(
        'note', MIN(failure.note),
        'places', jsonb_agg(
            jsonb_build_object('row', failure.row_key, 'value', failure.value) ORDER BY snapshot.digest, failure.failure_no
        ) FILTER (WHERE failure.place_no <= 10),
        'more', GREATEST(COUNT(*) - 10, 0)
    )
FROM evidence.snapshots AS snapshot
INNER JOIN (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY digest, expectation, column_name ORDER BY failure_no) AS place_no
    FROM evidence.current_failures
    WHERE severity <> 'critical'
) AS failure USING (digest)
WHERE snapshot.business_date = :business_date AND snapshot.state = 'landed'
GROUP BY snapshot.platform, snapshot.business_date, failure.column_name, failure.expectation
UNION ALL
SELECT
    'snapshot_quarantined',
    snapshot.platform || ': ' || left(snapshot.digest, 12),
    snapshot.business_date,
    snapshot.business_date,
    snapshot.platform,
    jsonb_build_object('notes', COALESCE((
        SELECT jsonb_agg(DISTINCT failure.note)
        FROM evidence.current_failures AS failure
        WHERE failure.digest = snapshot.digest AND failure.severity = 'critical'
    ), '[]'))
FROM evidence.snapshots AS snapshot
WHERE snapshot.business_date = :business_date AND snapshot.state = 'quarantined'

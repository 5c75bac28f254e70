-- grain: judged snapshot, not withdrawn, of the next such day after a day
-- inputs: evidence.snapshots, evidence.judgements, evidence.events; :platform, :business_date
-- rerun: reads only
SELECT
    snapshot.digest, snapshot.business_date, snapshot.state, snapshot.path, judgement.judgement_no, judgement.compared_with,
    last_event.event = 'accepted' AS is_accepted
FROM evidence.snapshots AS snapshot
INNER JOIN (
    SELECT DISTINCT ON (digest) digest, judgement_no, compared_with
    FROM evidence.judgements
    ORDER BY digest, judgement_no DESC
) AS judgement USING (digest)
INNER JOIN (SELECT DISTINCT ON (digest) digest, event FROM evidence.events ORDER BY digest, event_no DESC) AS last_event USING (digest)
WHERE snapshot.platform = :platform AND snapshot.state <> 'withdrawn'
    AND snapshot.business_date = (
        SELECT min(later.business_date)
        FROM evidence.snapshots AS later
        INNER JOIN evidence.judgements AS judged USING (digest)
        WHERE later.platform = :platform AND later.business_date > :business_date AND later.state <> 'withdrawn'
    )
ORDER BY snapshot.snapshot_no

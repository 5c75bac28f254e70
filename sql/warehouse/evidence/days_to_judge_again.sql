-- grain: platform × day from :first to :last with a judged snapshot that is not withdrawn and was not compared with the day before it
-- inputs: evidence.snapshots, evidence.judgements; :first, :last (dates, inclusive)
-- rerun: reads only
SELECT DISTINCT snapshot.platform, snapshot.business_date
FROM evidence.snapshots AS snapshot
INNER JOIN (
    SELECT DISTINCT ON (digest) digest, compared_with
    FROM evidence.judgements
    ORDER BY digest, judgement_no DESC
) AS judgement USING (digest)
LEFT JOIN LATERAL (
    SELECT before.digest
    FROM evidence.snapshots AS before
    WHERE before.platform = snapshot.platform AND before.state = 'landed' AND before.business_date < snapshot.business_date
    ORDER BY before.business_date DESC, before.row_count DESC, before.digest
    LIMIT 1
) AS day_before ON true
WHERE snapshot.business_date BETWEEN :first AND :last AND snapshot.state <> 'withdrawn'
    AND judgement.compared_with IS DISTINCT FROM day_before.digest
ORDER BY snapshot.platform, snapshot.business_date

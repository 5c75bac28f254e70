-- grain: at most one row: the last judgement of a snapshot
-- inputs: evidence.judgements; :digest
-- rerun: reads only
SELECT judgement.judgement_no, judgement.verdict, judgement.compared_with
FROM evidence.judgements AS judgement
WHERE judgement.digest = :digest
ORDER BY judgement.judgement_no DESC
LIMIT 1

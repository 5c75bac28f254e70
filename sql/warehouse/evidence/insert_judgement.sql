-- grain: one judgement of one snapshot, numbered from 1; the caller holds the platform's lock
-- inputs: evidence.judgements; :digest, :verdict, :compared_with, :at
-- rerun: appends one more
INSERT INTO evidence.judgements (digest, judgement_no, verdict, compared_with, at)
SELECT :digest, 1 + COALESCE(MAX(earlier.judgement_no), 0), :verdict, :compared_with, :at
FROM evidence.judgements AS earlier
WHERE earlier.digest = :digest
RETURNING judgement_no

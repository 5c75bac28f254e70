-- grain: kind × subject that is still seen on the newest day of which there is evidence, or later
-- inputs: findings.occurrences, evidence.snapshots
-- rerun: reads only
SELECT DISTINCT kind, subject
FROM findings.occurrences
WHERE seen_on >= coalesce((SELECT max(business_date) FROM evidence.snapshots WHERE state = 'landed'), '-infinity')

-- grain: other platform with a landed snapshot of the day or of the 31 days before it: the largest of its latest day
-- inputs: evidence.snapshots; :platform, :business_date
-- rerun: reads only
SELECT DISTINCT ON (platform) platform, business_date, path
FROM evidence.snapshots
WHERE platform <> :platform AND state = 'landed' AND business_date <= :business_date
    AND business_date >= CAST(:business_date AS date) - 31
ORDER BY platform, business_date DESC, row_count DESC, digest

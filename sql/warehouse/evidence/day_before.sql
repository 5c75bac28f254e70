-- grain: at most one row: the landed snapshot that a day is compared with, the largest of the latest landed day before it
-- inputs: evidence.snapshots; :platform, :business_date
-- rerun: reads only
SELECT digest, business_date, path
FROM evidence.snapshots
WHERE platform = :platform AND state = 'landed' AND business_date < :business_date
ORDER BY business_date DESC, row_count DESC, digest
LIMIT 1

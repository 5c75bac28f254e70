-- grain: platform × day × snapshot that counts, or a carried day (digest NULL)
-- inputs: evidence.snapshots, evidence.carries; :first, :last of the month
-- rerun: reads only
SELECT platform, business_date, snapshot_no, digest, NULL::text AS by_name, NULL::text AS reason
FROM evidence.snapshots WHERE state = 'landed' AND business_date BETWEEN :first AND :last
UNION ALL
SELECT c.platform, c.business_date, 0, NULL, c.by_name, c.reason
FROM evidence.carries c
WHERE c.business_date BETWEEN :first AND :last
  AND NOT EXISTS (
      SELECT FROM evidence.snapshots s WHERE s.state = 'landed' AND (s.platform, s.business_date) = (c.platform, c.business_date)
  )
ORDER BY 1, 2, 3

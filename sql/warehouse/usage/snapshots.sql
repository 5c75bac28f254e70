-- grain: snapshot that counts, or stands quarantined, of the days that a month's usage may need
-- inputs: evidence.snapshots, evidence.carries; :first, :last of the month; of the time before, each carrying platform's last covered
--   day
-- rerun: reads only
SELECT s.platform, s.business_date, s.taken_at, s.snapshot_no, s.state, s.digest, s.columns, s.path, s.time_zone
FROM evidence.snapshots s
WHERE s.state IN ('landed', 'quarantined')
  AND (
      s.business_date BETWEEN :first AND :last
      OR (s.platform, s.business_date) IN (
          SELECT b.platform, max(b.business_date)
          FROM evidence.snapshots b
          WHERE b.state = 'landed' AND b.business_date < :first
            AND b.platform IN (SELECT c.platform FROM evidence.carries c WHERE c.business_date BETWEEN :first AND :last)
          GROUP BY b.platform
      )
  )
ORDER BY s.platform COLLATE "C", s.business_date, s.taken_at, s.snapshot_no

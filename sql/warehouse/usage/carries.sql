-- grain: platform × day whose usage may be carried forward: of the month, and of the days between the last covered one and the month
-- inputs: evidence.carries, evidence.snapshots; :first, :last of the month
-- rerun: reads only
SELECT platform, business_date
FROM evidence.carries c
WHERE business_date BETWEEN :first AND :last
  OR (
      business_date < :first
      AND business_date > (
          SELECT max(b.business_date) FROM evidence.snapshots b
          WHERE b.platform = c.platform AND b.state = 'landed' AND b.business_date < :first
      )
  )
ORDER BY platform COLLATE "C", business_date

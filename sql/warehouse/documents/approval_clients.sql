-- grain: client billed this month and not the month before (is_new), or the other way round with nothing parked; the biggest first
-- inputs: billing.drafts, billing.invoices, billing.parked, master.contracts, master.clients; :month, :previous (first days), :purpose
-- rerun: reads only
WITH billed AS (
    SELECT client_code, month, total FROM billing.invoices WHERE month IN (:month, :previous)
    UNION ALL
    SELECT client_code, month, total FROM billing.drafts WHERE month = :month AND purpose = :purpose AND NOT discarded
), months AS (
    SELECT client_code, sum(total) FILTER (WHERE month = :month) AS now, sum(total) FILTER (WHERE month = :previous) AS before
    FROM billed GROUP BY client_code
)
SELECT m.before IS NULL AS is_new, k.client_code, k.name AS client, coalesce(m.now, m.before)::numeric(16, 2) AS total
FROM months m
JOIN master.clients k USING (client_code)
WHERE (m.now IS NULL OR m.before IS NULL)
  AND NOT EXISTS (
      SELECT FROM billing.parked p JOIN master.contracts c USING (contract_no)
      WHERE p.month = :month AND p.purpose = :purpose AND c.client_code = k.client_code AND m.now IS NULL
  )
ORDER BY is_new DESC, total DESC, k.client_code COLLATE "C"

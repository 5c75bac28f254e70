-- grain: platform (of vehicles of nobody) or contract (out of force): vehicle-days of the month that were served and belong to no bill
-- inputs: findings.occurrences (silent_unbilled: without a message that day; duplicate: billed as the same vehicle elsewhere),
--   master.platforms, master.contracts, master.clients; :first, :last
-- rerun: reads only
SELECT
    f.kind, coalesce(f.contract_no, p.platform) AS subject, f.contract_no, k.client_code, k.name AS client,
    count(DISTINCT f.subject) AS vehicles, count(*) AS vehicle_days
FROM findings.occurrences f
JOIN LATERAL (
    SELECT platform FROM master.platforms WHERE starts_with(f.subject, platform || '/') ORDER BY length(platform) DESC LIMIT 1
) p ON true
LEFT JOIN master.contracts c ON c.contract_no = f.contract_no
LEFT JOIN master.clients k ON k.client_code = c.client_code
WHERE f.kind IN ('orphan', 'out_of_contract') AND f.seen_on BETWEEN :first AND :last
  AND NOT EXISTS (
      SELECT FROM findings.occurrences n
      WHERE n.kind IN ('silent_unbilled', 'duplicate') AND n.seen_on = f.seen_on AND n.subject = f.subject
  )
GROUP BY f.kind, coalesce(f.contract_no, p.platform), f.contract_no, k.client_code, k.name
ORDER BY f.kind, coalesce(f.contract_no, p.platform) COLLATE "C"

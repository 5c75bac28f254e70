-- grain: finding (kind × subject) × month × platform × contract (of a transfer: and the contract before): vehicle-days at stake
-- inputs: findings.occurrences; :first, :last (days; NULL: no bound)
-- rerun: reads only
SELECT
    kind, subject, CAST(date_trunc('month', first_day) AS date) AS month, platform, contract_no,
    parameters->>'before' AS contract_before, sum(vehicle_days)::integer AS vehicle_days
FROM findings.occurrences
WHERE vehicle_days > 0
  AND first_day BETWEEN coalesce(CAST(:first AS date), '-infinity') AND coalesce(CAST(:last AS date), 'infinity')
GROUP BY kind, subject, 3, platform, contract_no, 6
ORDER BY 3, kind COLLATE "C", subject COLLATE "C"

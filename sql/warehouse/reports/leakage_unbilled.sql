-- grain: platform (of vehicles of nobody) or contract (out of force): vehicle-days of the month that were served and belong to no bill
-- inputs: findings.occurrences (vehicle_days: without the days on which a vehicle was silent, or a duplicate of another),
--   master.contracts, master.clients; :first, :last
-- rerun: reads only
SELECT
    f.kind, coalesce(f.contract_no, f.platform) AS subject, f.contract_no, k.client_code, k.name AS client,
    count(DISTINCT f.subject) AS vehicles, sum(f.vehicle_days) AS vehicle_days
FROM findings.occurrences f
LEFT JOIN master.contracts c ON c.contract_no = f.contract_no
LEFT JOIN master.clients k ON k.client_code = c.client_code
WHERE f.kind IN ('orphan', 'out_of_contract') AND f.first_day BETWEEN :first AND :last AND f.vehicle_days > 0 AND f.platform IS NOT NULL
GROUP BY f.kind, coalesce(f.contract_no, f.platform), f.contract_no, k.client_code, k.name
ORDER BY f.kind, coalesce(f.contract_no, f.platform) COLLATE "C"

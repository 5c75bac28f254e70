-- grain: contract that counts what is connected: vehicle-days of the month that it was counted for without a message, and the most vehicles
--   of a day
-- inputs: findings.occurrences, master.contracts, master.clients; :first, :last
-- rerun: reads only
SELECT
    f.contract_no, k.client_code, k.name AS client, k.dealer_code, sum(f.vehicle_days)::integer AS vehicle_days,
    max((f.vehicle_days + f.last_day - f.first_day) / (f.last_day - f.first_day + 1)) AS vehicles
FROM findings.occurrences f
JOIN master.contracts c ON c.contract_no = f.contract_no
JOIN master.clients k USING (client_code)
WHERE f.kind = 'silent_billed' AND f.first_day BETWEEN :first AND :last
GROUP BY f.contract_no, k.client_code, k.name, k.dealer_code
ORDER BY f.contract_no COLLATE "C"

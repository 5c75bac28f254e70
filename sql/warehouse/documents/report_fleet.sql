-- grain: contract with the fleet of every covered day of the month
-- inputs: usage.contract_days, master.contracts, master.clients; :first, :last
-- rerun: reads only
SELECT
    u.contract_no, k.name AS client, array_agg(extract(day FROM u.business_date)::integer ORDER BY u.business_date) AS days,
    array_agg(u.fleet_size ORDER BY u.business_date) AS sizes
FROM usage.contract_days u
JOIN master.contracts c USING (contract_no)
JOIN master.clients k USING (client_code)
WHERE u.business_date BETWEEN :first AND :last
GROUP BY u.contract_no, k.name
ORDER BY u.contract_no COLLATE "C"

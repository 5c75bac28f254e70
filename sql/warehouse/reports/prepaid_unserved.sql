-- grain: contract × row of its terms with prepaid vehicles in the month: days in force, prepaid vehicles, the highest fleet of these days
-- inputs: master.terms, master.contracts, master.clients, usage.contract_days; :first, :last
-- rerun: reads only; days whose fleet is not known are none
SELECT
    t.contract_no, k.client_code, k.name AS client, k.dealer_code, t.prepaid_vehicles AS prepaid,
    count(d.business_date)::integer AS days, max(d.fleet_size) AS peak
FROM (
    SELECT contract_no, valid_from, prepaid_vehicles, lead(valid_from) OVER (PARTITION BY contract_no ORDER BY valid_from) AS next_from
    FROM master.terms
    WHERE valid_from <= :last
) t
JOIN master.contracts c USING (contract_no)
JOIN master.clients k USING (client_code)
JOIN usage.contract_days d ON d.contract_no = t.contract_no AND d.business_date BETWEEN greatest(t.valid_from, CAST(:first AS date)) AND :last
    AND d.business_date < coalesce(t.next_from, 'infinity')
WHERE coalesce(t.prepaid_vehicles, 0) > 0
GROUP BY t.contract_no, t.valid_from, k.client_code, k.name, k.dealer_code, t.prepaid_vehicles
ORDER BY t.contract_no COLLATE "C", t.valid_from

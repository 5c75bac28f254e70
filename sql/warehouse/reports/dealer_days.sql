-- grain: client × day, of those asked for and on which the fleet is known; over all its contracts
-- inputs: usage.contract_days, master.contracts; :clients (a list), :first, :last
-- rerun: reads only
SELECT c.client_code, u.business_date, sum(u.fleet_size)::integer AS fleet
FROM usage.contract_days u
JOIN master.contracts c USING (contract_no)
WHERE u.business_date BETWEEN :first AND :last AND c.client_code = ANY(CAST(:clients AS text[]))
GROUP BY c.client_code, u.business_date
ORDER BY c.client_code COLLATE "C", u.business_date

-- grain: month in which the fleet of a contract of the clients is known on some day, newest first
-- inputs: cabinet.contract_days, cabinet.contracts; :clients, :contract
-- rerun: reads only
SELECT DISTINCT CAST(date_trunc('month', u.business_date) AS date) AS month
FROM cabinet.contract_days u
JOIN cabinet.contracts c USING (contract_no)
WHERE c.client_code = ANY (CAST(:clients AS text[])) AND u.contract_no = :contract
ORDER BY month DESC

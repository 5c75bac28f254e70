-- grain: contract × business date of the clients, as far as the fleet is known
-- inputs: cabinet.contract_days, cabinet.contracts; :clients, :contract, :first, :last
-- rerun: reads only
SELECT u.business_date, u.fleet_size, u.online_minutes, u.meters
FROM cabinet.contract_days u
JOIN cabinet.contracts c USING (contract_no)
WHERE c.client_code = ANY (CAST(:clients AS text[])) AND u.contract_no = :contract AND u.business_date BETWEEN :first AND :last
ORDER BY u.business_date

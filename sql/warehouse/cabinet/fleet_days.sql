-- grain: contract × business date of the clients, as far as the fleet is known
-- inputs: cabinet.contract_days, cabinet.contracts; :clients, :contracts, :first, :last
-- rerun: reads only
SELECT u.contract_no, u.business_date, u.fleet_size, u.online_minutes, u.meters
FROM cabinet.contract_days u
JOIN cabinet.contracts c USING (contract_no)
WHERE c.client_code = ANY (CAST(:clients AS text[])) AND u.contract_no = ANY (CAST(:contracts AS text[]))
  AND u.business_date BETWEEN :first AND :last
ORDER BY u.contract_no, u.business_date

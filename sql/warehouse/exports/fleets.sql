-- grain: contract × day of a month, of these contracts
-- inputs: usage.contract_days; :first, :last, :contracts (a list)
-- rerun: reads only
SELECT contract_no, business_date, fleet_size, online_minutes
FROM usage.contract_days
WHERE business_date BETWEEN :first AND :last AND contract_no = ANY(CAST(:contracts AS text[]))
ORDER BY contract_no COLLATE "C", business_date

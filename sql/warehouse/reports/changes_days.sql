-- grain: contract × day of the month and of the month before
-- inputs: usage.contract_days; :contracts, :previous (first day), :last
-- rerun: reads only
SELECT contract_no, business_date, fleet_size, online_minutes, meters
FROM usage.contract_days
WHERE contract_no = ANY(:contracts) AND business_date BETWEEN :previous AND :last
ORDER BY contract_no COLLATE "C", business_date

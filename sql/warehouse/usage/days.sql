-- grain: contract × day of a month; meters NULL: none is known
-- inputs: usage.contract_days; :first, :last; :contracts (NULL: all)
-- rerun: reads only
SELECT contract_no, business_date, fleet_size, online_minutes, nullif(meters, CAST('{}' AS jsonb)) AS meters
FROM usage.contract_days
WHERE business_date BETWEEN :first AND :last
  AND (CAST(:contracts AS text[]) IS NULL OR contract_no = ANY(CAST(:contracts AS text[])))
ORDER BY contract_no COLLATE "C", business_date

-- grain: contract × missing thing of a month
-- inputs: usage.gaps; :month
-- rerun: reads only
SELECT contract_no, platform, business_date, missing
FROM usage.gaps
WHERE month = :month
ORDER BY contract_no COLLATE "C", platform COLLATE "C", business_date, missing COLLATE "C"

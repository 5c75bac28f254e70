-- grain: contract of a month that was in force to its end
-- inputs: usage.contract_days, master.contracts; :first, :last of the month, :week_from (first of its last seven days), :next_to
--   (seventh day of the next month)
-- rerun: reads only
SELECT
    d.contract_no,
    max(d.fleet_size) FILTER (WHERE d.business_date < :week_from) AS peak_before,
    max(d.fleet_size) FILTER (WHERE d.business_date BETWEEN :week_from AND :last) AS last_week,
    count(*) FILTER (WHERE d.business_date BETWEEN :week_from AND :last) AS last_week_days,
    max(d.fleet_size) FILTER (WHERE d.business_date > :last) AS next_week,
    count(*) FILTER (WHERE d.business_date > :last) AS next_week_days
FROM usage.contract_days d
JOIN master.contracts c USING (contract_no)
WHERE d.business_date BETWEEN :first AND :next_to AND (c.ends_on IS NULL OR c.ends_on > :last)
GROUP BY d.contract_no
ORDER BY d.contract_no COLLATE "C"

-- grain: contract of a month, in force to its end, whose last day's fleet is far below the month's peak, which is above zero: its fleets
--   of the month by day (NULL: not known), and the highest of the next week with its known days
-- inputs: usage.contract_days, master.contracts; :first, :last of the month, :next_to (seventh day of the next month), :share (of the
--   peak that is far below)
-- rerun: reads only
WITH far_below AS (
    SELECT d.contract_no
    FROM (
        SELECT contract_no, max(fleet_size) AS peak, max(fleet_size) FILTER (WHERE business_date = :last) AS at_the_end
        FROM usage.contract_days
        WHERE business_date BETWEEN :first AND :last
        GROUP BY contract_no
    ) d
    JOIN master.contracts c USING (contract_no)
    WHERE d.peak > 0 AND d.at_the_end <= d.peak * CAST(:share AS numeric) AND (c.ends_on IS NULL OR c.ends_on > :last)
), calendar AS (
    SELECT CAST(day AS date) AS day FROM generate_series(CAST(:first AS timestamp), CAST(:next_to AS timestamp), interval '1 day') g (day)
)
SELECT
    d.contract_no,
    array_agg(u.fleet_size ORDER BY g.day) FILTER (WHERE g.day <= :last) AS fleets,
    max(u.fleet_size) FILTER (WHERE g.day > :last) AS next_week,
    count(u.fleet_size) FILTER (WHERE g.day > :last) AS next_week_days
FROM far_below d
CROSS JOIN calendar g
LEFT JOIN usage.contract_days u ON u.contract_no = d.contract_no AND u.business_date = g.day
GROUP BY d.contract_no
ORDER BY d.contract_no COLLATE "C"

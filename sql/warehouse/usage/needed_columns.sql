-- grain: tariff version that begins by the end of the month, with the snapshot columns that its components are measured by
-- inputs: master.tariffs, master.components; :last of the month
-- rerun: reads only
SELECT
    t.tariff_code, t.valid_from,
    coalesce(
        array_agg(DISTINCT CASE c.kind WHEN 'online_hours' THEN 'online_minutes' ELSE 'meter_' || regexp_replace(c.meter, '^meter_', '') END)
        FILTER (WHERE c.kind IN ('online_hours', 'meter')), '{}'
    ) AS columns
FROM master.tariffs t
LEFT JOIN master.components c USING (tariff_code, valid_from)
WHERE t.valid_from <= :last
GROUP BY t.tariff_code, t.valid_from
ORDER BY t.tariff_code COLLATE "C", t.valid_from

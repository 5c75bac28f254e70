-- grain: part of the chosen contracts × platform-day on which they own a set: the least and the greatest of these sets, and into how many
--   slices of its vehicles the part is cut
-- inputs: frozen_parts; owners; $at_once: vehicle-days of a slice
-- rerun: reads only
SELECT c.part, o.platform_day_no, min(o.account_no) AS first, max(o.account_no) AS last, any_value(s.slices) AS slices
FROM owners o
JOIN frozen_parts c USING (contract_index)
JOIN (SELECT part, greatest(sum(vehicle_days) // $at_once, 1)::INTEGER AS slices FROM frozen_parts GROUP BY part) s USING (part)
WHERE o.standing >= standing('blocked')
GROUP BY c.part, o.platform_day_no
ORDER BY c.part, o.platform_day_no

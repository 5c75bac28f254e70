-- grain: organization × day whose ladder was taken, and whether a person let it block more clients than the share allows
-- inputs: access.runs, access.orders, access.stops; :last
-- rerun: reads only. `stopped`, `is_released`: the stop of all blocking that held then
SELECT
    r.organization_code, r.day, r.at,
    EXISTS (
        SELECT FROM access.orders o
        WHERE o.organization_code = r.organization_code AND o.effective_on = r.day AND o.action = 'block' AND o.approved_by IS NOT NULL
    ) AS is_approved,
    coalesce(s.is_stopped, false) AS is_stopped, coalesce(s.is_stopped AND s.is_released, false) AS is_released
FROM access.runs r
LEFT JOIN LATERAL (SELECT * FROM access.stops s WHERE s.at <= r.at ORDER BY s.stop_no DESC LIMIT 1) s ON true
WHERE r.day <= :last
ORDER BY r.organization_code COLLATE "C", r.day

-- grain: vehicle that a contract had on one platform-day: the row of the latest snapshot that lists it, used when any of them shows use, and
--   the frozen reason why it counts or not (domain.md §2.2, §3)
-- inputs: $paths: the columns, and its files; $files: the same files, the latest last; $platform; $day_no; proven_vehicles
-- rerun: reads only
SELECT
    v.*,
    CASE
        WHEN p.billed >> ($day_no - 1) & 1 = 1 THEN 'billed'
        WHEN p.unused >> ($day_no - 1) & 1 = 1 THEN 'unused'
        WHEN p.deactivated >> ($day_no - 1) & 1 = 1 THEN 'deactivated'
        WHEN p.blocked >> ($day_no - 1) & 1 = 1 THEN 'blocked'
        ELSE 'duplicate'
    END AS reason
FROM (
    SELECT
        * EXCLUDE (filename, has_message),
        bool_or(is_used(has_message, online_minutes)) OVER (PARTITION BY vehicle_id) AS used
    FROM read_parquet($paths, union_by_name = true, filename = true)
    WHERE vehicle_id IN (SELECT vehicle_id FROM proven_vehicles WHERE platform = $platform)
    QUALIFY row_number() OVER (PARTITION BY vehicle_id ORDER BY list_position($files, filename) DESC) = 1
) v
JOIN proven_vehicles p ON p.platform = $platform AND p.vehicle_id = v.vehicle_id
WHERE (p.billed | p.unused | p.deactivated | p.blocked | p.duplicate) >> ($day_no - 1) & 1 = 1
ORDER BY v.vehicle_id

-- grain: vehicle that a contract had on a platform-day: the row of the latest snapshot that lists it, used when any of them shows use, and
--   the frozen reason why it counts or not (domain.md §2.2, §3)
-- inputs: $paths: the columns, and the files; proven_files: of each file its platform, the days that it counts for (a carried day too) and
--   its rank among the files of that day; proven_vehicles
-- rerun: reads only
SELECT
    v.*,
    CASE
        WHEN p.billed >> (v.day_no - 1) & 1 = 1 THEN 'billed'
        WHEN p.unused >> (v.day_no - 1) & 1 = 1 THEN 'unused'
        WHEN p.deactivated >> (v.day_no - 1) & 1 = 1 THEN 'deactivated'
        WHEN p.blocked >> (v.day_no - 1) & 1 = 1 THEN 'blocked'
        ELSE 'duplicate'
    END AS reason
FROM (
    SELECT
        r.* EXCLUDE (filename, has_message), f.platform, f.day_no,
        bool_or(is_used(r.has_message, r.online_minutes)) OVER (PARTITION BY f.platform, f.day_no, r.vehicle_id) AS used
    FROM read_parquet($paths, union_by_name = true, filename = true) r
    JOIN proven_files f USING (filename)
    WHERE r.vehicle_id IN (SELECT vehicle_id FROM proven_vehicles)
    QUALIFY row_number() OVER (PARTITION BY f.platform, f.day_no, r.vehicle_id ORDER BY f.latest_is DESC) = 1
) v
JOIN proven_vehicles p ON p.platform = v.platform AND p.vehicle_id = v.vehicle_id
WHERE (p.billed | p.unused | p.deactivated | p.blocked | p.duplicate) >> (v.day_no - 1) & 1 = 1
ORDER BY v.day_no

-- grain: organization, and the last day whose ladder was taken
-- inputs: master.organizations, access.runs
-- rerun: reads only
SELECT
    o.code, o.time_zone,
    (SELECT max(r.day) FROM access.runs r WHERE r.organization_code = o.code) AS last_day
FROM master.organizations o
ORDER BY o.code COLLATE "C"

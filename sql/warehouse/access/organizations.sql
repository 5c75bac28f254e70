-- grain: organization, how far its payment data reach (NULL: there are none), the last day whose ladder was taken
-- inputs: master.organizations, receivables.imports, access.runs
-- rerun: reads only
SELECT
    o.code, o.time_zone,
    (SELECT max(i.data_until) FROM receivables.imports i WHERE i.organization_code = o.code) AS data_until,
    (SELECT max(r.day) FROM access.runs r WHERE r.organization_code = o.code) AS last_day
FROM master.organizations o
ORDER BY o.code COLLATE "C"

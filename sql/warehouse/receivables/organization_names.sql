-- grain: organization with its names
-- inputs: master.organizations
-- rerun: reads only
SELECT code, name, full_name
FROM master.organizations
ORDER BY code COLLATE "C"

-- grain: organization
-- inputs: master.organizations
-- rerun: reads only
SELECT code, name FROM master.organizations

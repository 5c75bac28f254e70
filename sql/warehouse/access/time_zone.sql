-- grain: organization's time zone
-- inputs: master.organizations; :organization_code
-- rerun: reads only
SELECT time_zone FROM master.organizations WHERE code = :organization_code

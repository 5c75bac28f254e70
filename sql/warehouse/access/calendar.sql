-- grain: organization × day that its calendar names
-- inputs: master.calendar
-- rerun: reads only
SELECT organization_code, day, kind FROM master.calendar

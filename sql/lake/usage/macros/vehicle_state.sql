-- grain: one code: what the platform says of a vehicle (pipelines.evidence.lake, column billable_state)
-- inputs: name of the state
-- rerun: replaces the macro
CREATE OR REPLACE MACRO vehicle_state(name) AS CASE name WHEN 'active' THEN 1 WHEN 'deactivated' THEN 2 WHEN 'blocked' THEN 3 END

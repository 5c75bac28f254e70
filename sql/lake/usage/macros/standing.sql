-- grain: one code: what a vehicle's place in the account tree means for billing (pipelines.usage.owners.Standing)
-- inputs: name of the standing
-- rerun: replaces the macro
CREATE OR REPLACE MACRO standing(name) AS
    CASE name WHEN 'orphan' THEN 0 WHEN 'out_of_contract' THEN 1 WHEN 'blocked' THEN 2 WHEN 'owned' THEN 3 END

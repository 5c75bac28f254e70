-- grain: the temporary table onec_going, so that the planner knows its size
-- inputs: none
-- rerun: the same
ANALYZE onec_going

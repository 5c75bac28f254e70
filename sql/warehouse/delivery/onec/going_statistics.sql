-- grain: the temporary table onec_going, so that the planner knows its size
-- rerun: the same
ANALYZE onec_going

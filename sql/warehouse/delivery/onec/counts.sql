-- grain: one row
-- inputs: temporary table onec_going
-- rerun: reads only
SELECT count(*) FILTER (WHERE is_new) AS new, count(*) FILTER (WHERE is_carried) AS carried, count(*) AS objects FROM onec_going

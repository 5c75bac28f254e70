-- grain: the whole history, one row
-- inputs: master.history
-- rerun: reads only
SELECT coalesce(max(history_no), 0) FROM master.history

-- grain: one row, the number of the newest change of master data; 0 before the first
-- inputs: master.history
-- rerun: reads only
SELECT coalesce(max(history_no), 0) FROM master.history

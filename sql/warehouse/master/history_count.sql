-- grain: one value
-- inputs: master.history
-- rerun: reads only
SELECT count(*) FROM master.history

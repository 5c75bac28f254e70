-- grain: one value: by which another session sees what this transaction sees
-- inputs: none
-- rerun: another value each time
SELECT pg_export_snapshot()

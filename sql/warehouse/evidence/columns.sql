-- grain: one row: the columns that a snapshot's source really had
-- inputs: evidence.snapshots; :digest
-- rerun: reads only
SELECT columns FROM evidence.snapshots WHERE digest = :digest

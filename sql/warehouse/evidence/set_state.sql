-- grain: one snapshot's state, as its last event says; the caller holds the platform's lock
-- inputs: :digest, :state
-- rerun: the same state again
UPDATE evidence.snapshots
SET state = :state
WHERE digest = :digest

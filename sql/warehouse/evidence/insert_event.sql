-- grain: one thing that happened to a snapshot, numbered from 1; the caller holds the platform's lock
-- inputs: evidence.events; :digest, :event, :by_name, :reason, :at
-- rerun: appends one more
INSERT INTO evidence.events (digest, event_no, event, by_name, reason, at)
SELECT :digest, 1 + COALESCE(MAX(earlier.event_no), 0), :event, :by_name, :reason, :at
FROM evidence.events AS earlier
WHERE earlier.digest = :digest

-- grain: event of one snapshot, in the order in which they happened
-- inputs: evidence.events; :digest
-- rerun: reads only
SELECT event, by_name, reason, at FROM evidence.events WHERE digest = :digest ORDER BY event_no

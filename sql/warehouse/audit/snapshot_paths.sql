-- grain: registered snapshot, whatever its state is now
-- inputs: evidence.snapshots; :digests
-- rerun: reads only
SELECT digest, path FROM evidence.snapshots WHERE digest = ANY(CAST(:digests AS text[]))

-- grain: one row of a snapshot, in byte order of its canonical text (which begins with the vehicle id)
-- inputs: canonical (content VARCHAR, position INTEGER), registered by the caller
-- rerun: reads only
SELECT position
FROM canonical
ORDER BY content

-- grain: one row of a snapshot, in byte order of its vehicle id (or of its whole text, where ids do not tell rows apart)
-- inputs: canonical (content VARCHAR, position INTEGER), registered by the caller
-- rerun: reads only
SELECT position
FROM canonical
ORDER BY content, position

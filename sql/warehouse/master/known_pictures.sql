-- grain: picture that is known
-- inputs: master.pictures; :digests
-- rerun: reads only
SELECT digest FROM master.pictures WHERE digest = ANY(CAST(:digests AS text[]))

-- grain: object that the base has not acknowledged, in its latest version
-- inputs: temporary table onec_going
-- rerun: reads only
SELECT object_kind, object_key, version FROM onec_going ORDER BY object_kind, object_key

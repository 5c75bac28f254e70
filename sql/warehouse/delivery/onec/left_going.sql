-- grain: one row: how many objects go although others were left out
-- inputs: temporary table onec_going; :kinds and :keys of the objects that were left out
-- rerun: reads only
SELECT count(*)
FROM onec_going g
WHERE NOT EXISTS (
    SELECT FROM unnest(CAST(:kinds AS text[]), CAST(:keys AS text[])) r (object_kind, object_key)
    WHERE (r.object_kind, r.object_key) = (g.object_kind, g.object_key)
)

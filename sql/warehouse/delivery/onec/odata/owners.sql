-- grain: object of ours that a base has under a key
-- inputs: delivery.onec_entities; :peer, :kind, :ref_key
-- rerun: reads only
SELECT object_key
FROM delivery.onec_entities
WHERE (peer, object_kind, ref_key) = (:peer, :kind, CAST(:ref_key AS uuid))
ORDER BY object_key

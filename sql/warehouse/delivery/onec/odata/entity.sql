-- grain: object of ours in a base that is reached over HTTP
-- inputs: delivery.onec_entities; :peer, :kind, :key
-- rerun: reads only
SELECT CAST(ref_key AS text) AS ref_key, digest
FROM delivery.onec_entities
WHERE (peer, object_kind, object_key) = (:peer, :kind, :key)

-- grain: object of ours of a kind that a base over HTTP has, with the key under which it has it
-- inputs: delivery.onec_entities; :peer, :kind
-- rerun: reads only
SELECT object_key, CAST(ref_key AS text) AS ref_key FROM delivery.onec_entities
WHERE (peer, object_kind) = (:peer, :kind)
ORDER BY object_key

-- grain: object of ours in a base that is reached over HTTP
-- inputs: :peer, :kind, :key, :ref_key (in the base), :digest (of what was brought there), :at
-- rerun: the same row
INSERT INTO delivery.onec_entities (peer, object_kind, object_key, ref_key, digest, at)
VALUES (:peer, :kind, :key, CAST(:ref_key AS uuid), :digest, :at)
ON CONFLICT (peer, object_kind, object_key) DO UPDATE SET ref_key = excluded.ref_key, digest = excluded.digest, at = excluded.at

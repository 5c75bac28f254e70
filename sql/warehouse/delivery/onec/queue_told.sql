-- grain: object that the peer was told otherwise of, or not at all; its next version
-- inputs: temporary table onec_told, delivery.onec_outbox; :peer, :at
-- rerun: adds nothing
INSERT INTO delivery.onec_outbox (peer, object_kind, object_key, version, queued_at, digest)
SELECT :peer, t.object_kind, t.object_key, coalesce(l.version, 0) + 1, CAST(:at AS timestamptz), t.digest
FROM onec_told t
LEFT JOIN LATERAL (
    SELECT o.version, o.digest FROM delivery.onec_outbox o
    WHERE (o.peer, o.object_kind, o.object_key) = (:peer, t.object_kind, t.object_key)
    ORDER BY o.version DESC LIMIT 1
) l ON true
WHERE t.digest <> coalesce(l.digest, '')
ORDER BY t.object_kind, t.object_key

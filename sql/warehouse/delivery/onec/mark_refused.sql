-- grain: object that 1C could not take as it is, and why
-- inputs: :peer, :kinds, :keys, :reasons
-- rerun: the same rows
UPDATE delivery.onec_outbox o
SET refusal = r.reason
FROM unnest(CAST(:kinds AS text[]), CAST(:keys AS text[]), CAST(:reasons AS text[])) r (object_kind, object_key, reason)
WHERE (o.peer, o.object_kind, o.object_key) = (:peer, r.object_kind, r.object_key) AND o.message_no IS NULL

-- grain: version of an object that the message carries; an earlier version goes with the latest
-- inputs: temporary table onec_going; :peer, :message_no, :kinds and :keys of the objects that were left out
-- rerun: in the sending transaction only; keeps the first message that carried a version
UPDATE delivery.onec_outbox o
SET message_no = :message_no, refusal = NULL
FROM onec_going g
WHERE (o.peer, o.object_kind, o.object_key) = (:peer, g.object_kind, g.object_key)
  AND o.version <= g.version
  AND o.message_no IS NULL
  AND NOT EXISTS (
      SELECT FROM unnest(CAST(:kinds AS text[]), CAST(:keys AS text[])) r (object_kind, object_key)
      WHERE (r.object_kind, r.object_key) = (o.object_kind, o.object_key)
  )

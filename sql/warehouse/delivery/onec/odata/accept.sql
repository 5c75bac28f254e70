-- grain: version of an object that the base has; an earlier version goes with the latest
-- inputs: :peer, :turn_no, :kinds, :keys and :versions of the objects
-- rerun: the same rows; keeps the first turn that brought a version there
UPDATE delivery.onec_outbox o
SET message_no = :turn_no, refusal = NULL
FROM unnest(CAST(:kinds AS text[]), CAST(:keys AS text[]), CAST(:versions AS integer[])) a (object_kind, object_key, version)
WHERE (o.peer, o.object_kind, o.object_key) = (:peer, a.object_kind, a.object_key)
  AND o.version <= a.version
  AND o.message_no IS NULL

-- grain: message of a base, ours (direction out) or theirs (in)
-- inputs: :peer, :direction, :message_no, :other_no (the ReceivedNo that it carries), :objects (NULL: not counted), :at
-- rerun: in the transaction that uses the number; adds nothing again
INSERT INTO delivery.onec_messages (peer, direction, message_no, other_no, objects, at)
VALUES (:peer, :direction, :message_no, :other_no, :objects, :at)
ON CONFLICT DO NOTHING

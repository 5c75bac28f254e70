-- grain: peer
-- inputs: :peer, :message_no, :digest, :created of the message that was taken, :is_owed (it
--   has objects, and waits for our acknowledgement), :at
-- rerun: the same row
UPDATE delivery.onec_peers
SET
    received_no = :message_no, highest_no = greatest(highest_no, :message_no),
    received_digest = :digest, received_created = :created, heard_at = :at,
    owed_no = CASE WHEN :is_owed THEN :message_no ELSE owed_no END
WHERE peer = :peer

-- grain: peer
-- inputs: :peer, :message_no, :digest of the message that was taken
-- rerun: the same row
UPDATE delivery.onec_peers SET received_no = :message_no, received_digest = :digest WHERE peer = :peer

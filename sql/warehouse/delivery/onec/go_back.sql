-- grain: peer
-- inputs: :peer, :message_no (of a message that was refused, for its number was used before; it was written later: they were restored)
-- rerun: the same row; our next message is written whatever waits, and confirms nothing of what was refused: they send it again
UPDATE delivery.onec_peers
SET received_no = :message_no - 1, owed_no = :message_no - 1, acknowledged_no = :message_no - 2
WHERE peer = :peer

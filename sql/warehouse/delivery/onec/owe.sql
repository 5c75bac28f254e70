-- grain: peer
-- inputs: :peer
-- rerun: the same row; our next message is written whatever waits, for its header tells them where to go on
UPDATE delivery.onec_peers SET owed_no = received_no, acknowledged_no = received_no - 1 WHERE peer = :peer

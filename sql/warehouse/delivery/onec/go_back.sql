-- grain: peer
-- inputs: :peer (a message of theirs was refused, for its number was used before; it was written later: they were restored)
-- rerun: the same row; our next message is written whatever waits, and confirms nothing: what was refused or lost they send again
UPDATE delivery.onec_peers SET received_no = 0, owed_no = 0, acknowledged_no = -1 WHERE peer = :peer

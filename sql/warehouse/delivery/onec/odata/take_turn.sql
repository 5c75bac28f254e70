-- grain: peer
-- inputs: :peer, :at
-- rerun: a further number; nothing is owed, for a base over HTTP waits for no acknowledgement of ours
UPDATE delivery.onec_peers
SET
    received_no = received_no + 1, acknowledged_no = received_no + 1, highest_no = greatest(highest_no, received_no + 1), heard_at = :at
WHERE peer = :peer
RETURNING received_no

-- grain: peer
-- inputs: :peer
-- rerun: a further number; what a base over HTTP has accepted is acknowledged in the moment of its answer, under the number of the turn
UPDATE delivery.onec_peers SET sent_no = sent_no + 1, confirmed_no = sent_no + 1 WHERE peer = :peer RETURNING sent_no

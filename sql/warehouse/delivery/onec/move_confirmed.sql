-- grain: peer
-- inputs: :peer, :confirmed_no
-- rerun: the same row
UPDATE delivery.onec_peers SET confirmed_no = least(confirmed_no, :confirmed_no) WHERE peer = :peer

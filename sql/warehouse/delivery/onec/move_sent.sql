-- grain: peer
-- inputs: :peer, :sent_no (the greatest of our messages that they have seen)
-- rerun: the same row; our next message has a number that they have not seen
UPDATE delivery.onec_peers SET sent_no = greatest(sent_no, :sent_no) WHERE peer = :peer

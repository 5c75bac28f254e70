-- grain: peer
-- inputs: :peer, :scope, :marks, :history_no, :at
-- rerun: the same row
UPDATE delivery.onec_peers
SET compared_scope = :scope, compared_marks = :marks, compared_no = :history_no, compared_at = :at
WHERE peer = :peer

-- grain: peer
-- inputs: :peer, :confirmed_no (the ReceivedNo of their message), :versions that they offer (empty: not said)
-- rerun: the same row; the number goes back where theirs has: they were restored from a backup, and what came after is sent again
UPDATE delivery.onec_peers
SET
    confirmed_no = :confirmed_no,
    versions = CASE WHEN cardinality(CAST(:versions AS text[])) > 0 THEN CAST(:versions AS text[]) ELSE versions END
WHERE peer = :peer

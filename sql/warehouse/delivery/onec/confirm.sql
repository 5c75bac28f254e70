-- grain: peer
-- inputs: :peer, :confirmed_no (the ReceivedNo of their message), :versions that they offer (empty: not said)
-- rerun: the same row; what was confirmed stays confirmed
UPDATE delivery.onec_peers
SET
    confirmed_no = greatest(confirmed_no, :confirmed_no),
    versions = CASE WHEN cardinality(CAST(:versions AS text[])) > 0 THEN CAST(:versions AS text[]) ELSE versions END
WHERE peer = :peer

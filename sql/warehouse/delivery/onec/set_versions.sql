-- grain: peer
-- inputs: :peer, :versions of EnterpriseData that they offer, none of which is ours
-- rerun: the same row; nothing is written to them until they offer another
UPDATE delivery.onec_peers SET versions = :versions WHERE peer = :peer

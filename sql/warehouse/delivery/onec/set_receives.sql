-- grain: peer
-- inputs: :peer, :receives (types of objects that its header says it takes)
-- rerun: the same row
UPDATE delivery.onec_peers SET receives = CAST(:receives AS text[]) WHERE peer = :peer

-- grain: peer
-- inputs: :peer
-- rerun: adds nothing
INSERT INTO delivery.onec_peers (peer) VALUES (:peer) ON CONFLICT (peer) DO NOTHING

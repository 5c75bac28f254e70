-- grain: one row: whether the peer is declared, or was ever meant to get a document
-- inputs: master.peers, delivery.onec_outbox; :peer
-- rerun: reads only
SELECT
    EXISTS (SELECT FROM master.peers WHERE peer = :peer) OR EXISTS (SELECT FROM delivery.onec_outbox WHERE peer = :peer) AS has_business

-- grain: one turn of the exchange with a peer; inputs: :peer
-- rerun: waits for the turn that is going on; given back at the end of the transaction
SELECT pg_advisory_xact_lock(hashtextextended('1C exchange with ' || :peer, 0))

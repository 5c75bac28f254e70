-- grain: orders and lists, held by one transaction at a time (after the ledger's lock, where both are taken); inputs: none
-- rerun: waits; ends with the transaction
SELECT pg_advisory_xact_lock(hashtextextended('access', 0))

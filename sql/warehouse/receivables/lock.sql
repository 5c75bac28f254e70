-- grain: the ledger of payments, held by one transaction at a time
-- inputs: none
-- rerun: waits; ends with the transaction
SELECT pg_advisory_xact_lock(hashtextextended('receivables', 0))

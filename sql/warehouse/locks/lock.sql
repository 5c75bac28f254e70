-- grain: one lock, held until the transaction ends
-- inputs: :name
-- rerun: returns at once in the transaction that holds it; any other waits
SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))

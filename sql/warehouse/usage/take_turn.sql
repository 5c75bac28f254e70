-- grain: month: one recomputation at a time; the next waits until the transaction ends
-- inputs: :month
-- rerun: takes the turn again
SELECT pg_advisory_xact_lock(hashtextextended('usage ' || CAST(:month AS text), 0))

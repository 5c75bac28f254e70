-- grain: one work, held until it is unlocked or the connection ends
-- inputs: :work
-- rerun: counts one more hold of the same connection; another connection waits
SELECT pg_advisory_lock(hashtextextended(:work, 0))

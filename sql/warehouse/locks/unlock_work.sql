-- grain: one work
-- inputs: :work
-- rerun: a work that is not held is left alone, with a warning
SELECT pg_advisory_unlock(hashtextextended(:work, 0))

-- grain: one work
-- inputs: :work
-- rerun: nothing is left to delete
DELETE FROM billing.turns WHERE work = :work

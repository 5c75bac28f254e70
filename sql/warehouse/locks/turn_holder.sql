-- grain: the turn of a work
-- inputs: billing.turns; :work
-- rerun: reads only
SELECT holder, since FROM billing.turns WHERE work = :work

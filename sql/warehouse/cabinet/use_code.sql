-- grain: address whose code of that step is used up; none when it, or a later one, was
-- inputs: :address, :step
-- rerun: none is used twice
UPDATE cabinet.second_factors SET last_step = CAST(:step AS bigint) WHERE address = :address AND last_step < CAST(:step AS bigint)

-- grain: address of which no code is asked any more
-- inputs: :address
-- rerun: changes nothing
DELETE FROM cabinet.second_factors WHERE address = :address

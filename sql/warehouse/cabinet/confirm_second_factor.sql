-- grain: address whose second factor is on from now
-- inputs: :address, :at
-- rerun: changes nothing
UPDATE cabinet.second_factors SET confirmed_at = :at WHERE address = :address AND confirmed_at IS NULL

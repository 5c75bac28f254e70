-- grain: second factor of an address, none where there is none
-- inputs: cabinet.second_factors; :address
-- rerun: reads only
SELECT secret, confirmed_at FROM cabinet.second_factors WHERE address = :address

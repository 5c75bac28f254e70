-- grain: second factor, in the order of addresses
-- inputs: cabinet.second_factors
-- rerun: reads only
SELECT address, secret FROM cabinet.second_factors ORDER BY address

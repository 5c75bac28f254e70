-- grain: one row: requests of an address and of a network address in the last while, and of this address in the last day
-- inputs: cabinet.requests; :address_digest, :origin_digest, :since, :day_ago
-- rerun: reads only
SELECT
    count(*) FILTER (WHERE address_digest = :address_digest AND at > :since) AS of_address,
    count(*) FILTER (WHERE origin_digest = :origin_digest AND at > :since) AS of_origin,
    count(*) FILTER (WHERE address_digest = :address_digest) AS of_address_in_a_day
FROM cabinet.requests
WHERE at > :day_ago AND (address_digest = :address_digest OR origin_digest = :origin_digest)

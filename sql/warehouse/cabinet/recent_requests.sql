-- grain: one row: requests of an address and of a network address in the last while, and of this address in the last day
-- inputs: cabinet.requests; :address_digest, :origin_digest, :since, :day_ago
-- rerun: reads only
SELECT
    coalesce(sum(asked) FILTER (WHERE address_digest = :address_digest AND at > :since), 0) AS of_address,
    coalesce(sum(asked) FILTER (WHERE origin_digest = :origin_digest AND at > :since), 0) AS of_origin,
    coalesce(sum(asked) FILTER (WHERE address_digest = :address_digest), 0) AS of_address_in_a_day
FROM cabinet.requests
WHERE at > :day_ago AND (address_digest = :address_digest OR origin_digest = :origin_digest)

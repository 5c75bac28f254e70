-- grain: request that is too old to count
-- inputs: :before
-- rerun: changes nothing
DELETE FROM cabinet.requests WHERE at < :before

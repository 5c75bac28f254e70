-- grain: link of an address that was not used yet: it opens nothing any more
-- inputs: :address, :at
-- rerun: changes nothing
UPDATE cabinet.links SET used_at = :at WHERE address = :address AND used_at IS NULL

-- grain: session of an address that ends
-- inputs: :address, :at
-- rerun: changes nothing
UPDATE cabinet.sessions SET ended_at = :at WHERE address = :address AND ended_at IS NULL

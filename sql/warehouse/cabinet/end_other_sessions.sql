-- grain: session of an address that ends, all but one
-- inputs: :address, :session_digest, :at
-- rerun: changes nothing
UPDATE cabinet.sessions SET ended_at = :at WHERE address = :address AND session_digest <> :session_digest AND ended_at IS NULL

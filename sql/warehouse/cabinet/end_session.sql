-- grain: session that ends
-- inputs: :session_digest, :at
-- rerun: changes nothing
UPDATE cabinet.sessions SET ended_at = :at WHERE session_digest = :session_digest AND ended_at IS NULL

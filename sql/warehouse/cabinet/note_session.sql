-- grain: session that is in use
-- inputs: :session_digest, :at
-- rerun: the same row
UPDATE cabinet.sessions SET seen_at = greatest(seen_at, :at) WHERE session_digest = :session_digest

-- grain: session of an address that goes on, the newest first
-- inputs: cabinet.sessions; :address, :at, :idle_since
-- rerun: reads only
SELECT session_digest, begun_at, seen_at
FROM cabinet.sessions
WHERE address = :address AND ended_at IS NULL AND is_confirmed AND expires_at > :at AND seen_at > :idle_since
ORDER BY begun_at DESC, session_digest

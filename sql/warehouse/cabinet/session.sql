-- grain: session of a cookie that has neither ended nor run out, none otherwise
-- inputs: cabinet.sessions; :session_digest, :at, :idle_since
-- rerun: reads only
SELECT address, begun_at, seen_at, is_confirmed, wrong_codes
FROM cabinet.sessions
WHERE session_digest = :session_digest AND ended_at IS NULL AND expires_at > :at AND seen_at > :idle_since

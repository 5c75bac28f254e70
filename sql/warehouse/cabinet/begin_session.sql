-- grain: session
-- inputs: :session_digest, :address, :at, :expires_at, :is_confirmed
-- rerun: refused by the key
INSERT INTO cabinet.sessions (session_digest, address, begun_at, seen_at, expires_at, is_confirmed)
VALUES (:session_digest, :address, :at, :at, :expires_at, :is_confirmed)

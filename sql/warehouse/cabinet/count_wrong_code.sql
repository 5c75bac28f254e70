-- grain: session that gave a wrong code; it ends with too many
-- inputs: :session_digest, :most, :at
-- rerun: counts again
UPDATE cabinet.sessions
SET wrong_codes = wrong_codes + 1, ended_at = CASE WHEN wrong_codes + 1 >= CAST(:most AS integer) THEN CAST(:at AS timestamptz) ELSE ended_at END
WHERE session_digest = :session_digest

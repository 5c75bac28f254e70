-- grain: session whose second factor was given
-- inputs: :session_digest
-- rerun: changes nothing
UPDATE cabinet.sessions SET is_confirmed = true, wrong_codes = 0 WHERE session_digest = :session_digest

-- grain: session that ran out long ago
-- inputs: :before
-- rerun: changes nothing
DELETE FROM cabinet.sessions WHERE expires_at < :before

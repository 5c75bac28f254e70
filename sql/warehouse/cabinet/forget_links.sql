-- grain: link that opened something long ago, or never will
-- inputs: :before
-- rerun: changes nothing
DELETE FROM cabinet.links WHERE expires_at < :before

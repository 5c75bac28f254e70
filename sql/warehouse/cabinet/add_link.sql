-- grain: one-time link
-- inputs: :link_digest, :address, :at, :expires_at, :made_by
-- rerun: refused by the key
INSERT INTO cabinet.links (link_digest, address, made_at, expires_at, made_by)
VALUES (:link_digest, :address, :at, :expires_at, :made_by)

-- grain: link that is used now; of two at once one gets it
-- inputs: :link_digest, :at
-- rerun: none is used twice
UPDATE cabinet.links SET used_at = :at
WHERE link_digest = :link_digest AND used_at IS NULL AND expires_at > :at
RETURNING address

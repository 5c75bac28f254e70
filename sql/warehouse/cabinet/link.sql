-- grain: link that is good still, none otherwise; looking at it does not use it up
-- inputs: cabinet.links; :link_digest, :at
-- rerun: reads only
SELECT address FROM cabinet.links WHERE link_digest = :link_digest AND used_at IS NULL AND expires_at > :at

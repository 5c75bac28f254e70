-- grain: request for a link, whether its address is registered or not
-- inputs: :address_digest, :origin_digest, :at
-- rerun: the same row
INSERT INTO cabinet.requests (address_digest, origin_digest, at)
VALUES (:address_digest, :origin_digest, :at)
ON CONFLICT DO NOTHING

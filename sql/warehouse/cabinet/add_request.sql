-- grain: moment in which an address was asked for from one place, whether it is registered or not, with how often
-- inputs: :address_digest, :origin_digest, :at; cabinet.requests
-- rerun: counts again
INSERT INTO cabinet.requests (address_digest, origin_digest, at)
VALUES (:address_digest, :origin_digest, :at)
ON CONFLICT (address_digest, origin_digest, at) DO UPDATE SET asked = cabinet.requests.asked + 1

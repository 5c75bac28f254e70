-- grain: request for a link, of an address of a client
-- inputs: :addresses (in small letters)
-- rerun: removes what is left
DELETE FROM cabinet.requests
WHERE address_digest IN (SELECT sha256(convert_to(address, 'UTF8')) FROM unnest(CAST(:addresses AS text[])) address)

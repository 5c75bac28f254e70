-- grain: picture by its content
-- inputs: master.pictures; :digests, :contents (base64)
-- rerun: adds only what is not there
INSERT INTO master.pictures (digest, content)
SELECT digest, decode(content, 'base64') FROM unnest(CAST(:digests AS text[]), CAST(:contents AS text[])) AS given (digest, content)
ON CONFLICT DO NOTHING

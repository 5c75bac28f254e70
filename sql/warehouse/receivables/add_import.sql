-- grain: imported file × organization
-- inputs: :digest, :organization_code, :source, :file_name, :data_until, :at
-- rerun: the same file again is known
INSERT INTO receivables.imports (digest, organization_code, source, file_name, data_until, at)
VALUES (:digest, :organization_code, :source, :file_name, :data_until, :at)
ON CONFLICT DO NOTHING

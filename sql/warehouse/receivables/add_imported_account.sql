-- grain: imported file × account that it tells of
-- inputs: :digest, :organization_code, :bank_account, :data_until
-- rerun: the same file again is known
INSERT INTO receivables.imported_accounts (digest, organization_code, bank_account, data_until)
VALUES (:digest, :organization_code, :bank_account, :data_until)
ON CONFLICT DO NOTHING

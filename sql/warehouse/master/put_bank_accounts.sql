-- grain: row of master.bank_accounts
-- inputs: master.bank_accounts; :rows, a JSON list of whole rows
-- rerun: the same rows again leave the table as it is
INSERT INTO master.bank_accounts (
    organization_code, bank_account, bic, bank_name, corr_account, valid_from, valid_to
)
SELECT
    organization_code, bank_account, bic, bank_name, corr_account, valid_from, valid_to
FROM jsonb_populate_recordset(NULL::master.bank_accounts, CAST(:rows AS jsonb))
ON CONFLICT (organization_code, bank_account) DO UPDATE SET
    bic = excluded.bic,
    bank_name = excluded.bank_name,
    corr_account = excluded.corr_account,
    valid_from = excluded.valid_from,
    valid_to = excluded.valid_to

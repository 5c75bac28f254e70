-- grain: row of master.bank_accounts
-- inputs: master.bank_accounts; :rows, a JSON list of rows by their key
-- rerun: rows that are gone already change nothing
DELETE FROM master.bank_accounts AS kept
USING jsonb_populate_recordset(NULL::master.bank_accounts, CAST(:rows AS jsonb)) AS gone
WHERE kept.organization_code = gone.organization_code
    AND kept.bank_account = gone.bank_account

-- grain: row of master.accounts
-- inputs: master.accounts; :rows, a JSON list of rows by their key
-- rerun: rows that are gone already change nothing
DELETE FROM master.accounts AS kept
USING jsonb_populate_recordset(NULL::master.accounts, CAST(:rows AS jsonb)) AS gone
WHERE kept.platform = gone.platform
    AND kept.account_id = gone.account_id
    AND kept.contract_no = gone.contract_no
    AND kept.valid_from = gone.valid_from

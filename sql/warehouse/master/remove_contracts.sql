-- grain: row of master.contracts
-- inputs: master.contracts; :rows, a JSON list of rows by their key
-- rerun: rows that are gone already change nothing
DELETE FROM master.contracts AS kept
USING jsonb_populate_recordset(NULL::master.contracts, CAST(:rows AS jsonb)) AS gone
WHERE kept.contract_no = gone.contract_no

-- grain: row of master.terms
-- inputs: master.terms; :rows, a JSON list of rows by their key
-- rerun: rows that are gone already change nothing
DELETE FROM master.terms AS kept
USING jsonb_populate_recordset(NULL::master.terms, CAST(:rows AS jsonb)) AS gone
WHERE kept.contract_no = gone.contract_no
    AND kept.valid_from = gone.valid_from

-- grain: row of master.tariffs
-- inputs: master.tariffs; :rows, a JSON list of rows by their key
-- rerun: rows that are gone already change nothing
DELETE FROM master.tariffs AS kept
USING jsonb_populate_recordset(NULL::master.tariffs, CAST(:rows AS jsonb)) AS gone
WHERE kept.tariff_code = gone.tariff_code
    AND kept.valid_from = gone.valid_from

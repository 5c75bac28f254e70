-- grain: row of master.vat_modes
-- inputs: master.vat_modes; :rows, a JSON list of rows by their key
-- rerun: rows that are gone already change nothing
DELETE FROM master.vat_modes AS kept
USING jsonb_populate_recordset(NULL::master.vat_modes, CAST(:rows AS jsonb)) AS gone
WHERE kept.code = gone.code
    AND kept.vat_mode_from = gone.vat_mode_from

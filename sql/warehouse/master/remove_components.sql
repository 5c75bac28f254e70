-- grain: row of master.components
-- inputs: master.components; :rows, a JSON list of rows by their key
-- rerun: rows that are gone already change nothing
DELETE FROM master.components AS kept
USING jsonb_populate_recordset(NULL::master.components, CAST(:rows AS jsonb)) AS gone
WHERE kept.tariff_code = gone.tariff_code
    AND kept.valid_from = gone.valid_from
    AND kept.component_no = gone.component_no

-- grain: row of master.crm_fields
-- inputs: master.crm_fields; :rows, a JSON list of rows by their key
-- rerun: rows that are gone already change nothing
DELETE FROM master.crm_fields AS kept
USING jsonb_populate_recordset(NULL::master.crm_fields, CAST(:rows AS jsonb)) AS gone
WHERE kept.crm = gone.crm AND kept.field = gone.field

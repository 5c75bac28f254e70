-- grain: row of master.organizations
-- inputs: master.organizations; :rows, a JSON list of rows by their key
-- rerun: rows that are gone already change nothing
DELETE FROM master.organizations AS kept
USING jsonb_populate_recordset(NULL::master.organizations, CAST(:rows AS jsonb)) AS gone
WHERE kept.code = gone.code

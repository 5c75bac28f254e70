-- grain: row of master.platforms
-- inputs: master.platforms; :rows, a JSON list of rows by their key
-- rerun: rows that are gone already change nothing
DELETE FROM master.platforms AS kept
USING jsonb_populate_recordset(NULL::master.platforms, CAST(:rows AS jsonb)) AS gone
WHERE kept.platform = gone.platform

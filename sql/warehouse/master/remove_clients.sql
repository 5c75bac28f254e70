-- grain: row of master.clients
-- inputs: master.clients; :rows, a JSON list of rows by their key
-- rerun: rows that are gone already change nothing
DELETE FROM master.clients AS kept
USING jsonb_populate_recordset(NULL::master.clients, CAST(:rows AS jsonb)) AS gone
WHERE kept.client_code = gone.client_code

-- grain: row of master.consumers
-- inputs: master.consumers; :rows, a JSON list of rows by their key
-- rerun: rows that are gone already change nothing
DELETE FROM master.consumers AS kept
USING jsonb_populate_recordset(NULL::master.consumers, CAST(:rows AS jsonb)) AS gone
WHERE kept.consumer = gone.consumer

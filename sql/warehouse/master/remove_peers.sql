-- grain: row of master.peers
-- inputs: master.peers; :rows, a JSON list of rows by their key
-- rerun: rows that are gone already change nothing
DELETE FROM master.peers AS kept
USING jsonb_populate_recordset(NULL::master.peers, CAST(:rows AS jsonb)) AS gone
WHERE kept.peer = gone.peer

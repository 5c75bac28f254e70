-- grain: row of master.calendar
-- inputs: master.calendar; :rows, a JSON list of rows by their key
-- rerun: rows that are gone already change nothing
DELETE FROM master.calendar AS kept
USING jsonb_populate_recordset(NULL::master.calendar, CAST(:rows AS jsonb)) AS gone
WHERE (kept.organization_code, kept.day) = (gone.organization_code, gone.day)

-- grain: row of master.calendar
-- inputs: master.calendar; :rows, a JSON list of whole rows
-- rerun: the same rows again leave the table as it is
INSERT INTO master.calendar (
    organization_code, day, kind, note
)
SELECT
    organization_code, day, kind, note
FROM jsonb_populate_recordset(NULL::master.calendar, CAST(:rows AS jsonb))
ON CONFLICT (organization_code, day) DO UPDATE SET
    kind = excluded.kind,
    note = excluded.note

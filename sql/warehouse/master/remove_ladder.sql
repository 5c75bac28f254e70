-- grain: row of master.ladder
-- inputs: master.ladder; :rows, a JSON list of rows by their key
-- rerun: rows that are gone already change nothing
DELETE FROM master.ladder AS kept
USING jsonb_populate_recordset(NULL::master.ladder, CAST(:rows AS jsonb)) AS gone
WHERE (kept.organization_code, kept.valid_from, kept.step) = (gone.organization_code, gone.valid_from, gone.step)
  AND kept.category IS NOT DISTINCT FROM gone.category

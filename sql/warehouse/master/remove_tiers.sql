-- grain: row of master.tiers
-- inputs: master.tiers; :rows, a JSON list of rows by their key
-- rerun: rows that are gone already change nothing
DELETE FROM master.tiers AS kept
USING jsonb_populate_recordset(NULL::master.tiers, CAST(:rows AS jsonb)) AS gone
WHERE kept.tariff_code = gone.tariff_code
    AND kept.valid_from = gone.valid_from
    AND kept.component_no = gone.component_no
    AND kept.up_to IS NOT DISTINCT FROM gone.up_to

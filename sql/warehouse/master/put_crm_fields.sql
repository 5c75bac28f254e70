-- grain: row of master.crm_fields
-- inputs: master.crm_fields; :rows, a JSON list of whole rows
-- rerun: the same rows again leave the table as it is
INSERT INTO master.crm_fields (
    crm, field, heading, may_change
)
SELECT
    crm, field, heading, may_change
FROM jsonb_populate_recordset(NULL::master.crm_fields, CAST(:rows AS jsonb))
ON CONFLICT (crm, field) DO UPDATE SET
    heading = excluded.heading,
    may_change = excluded.may_change

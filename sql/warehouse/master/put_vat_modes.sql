-- grain: row of master.vat_modes
-- inputs: master.vat_modes; :rows, a JSON list of whole rows
-- rerun: the same rows again leave the table as it is
INSERT INTO master.vat_modes (
    code, vat_mode_from, vat_mode
)
SELECT
    code, vat_mode_from, vat_mode
FROM jsonb_populate_recordset(NULL::master.vat_modes, CAST(:rows AS jsonb))
ON CONFLICT (code, vat_mode_from) DO UPDATE SET
    vat_mode = excluded.vat_mode

-- grain: organization × VAT mode from a day on
-- inputs: master.vat_modes
-- rerun: reads only
SELECT code, vat_mode_from, vat_mode FROM master.vat_modes ORDER BY code, vat_mode_from

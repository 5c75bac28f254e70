-- grain: row of master.tariffs
-- inputs: master.tariffs; :rows, a JSON list of whole rows
-- rerun: the same rows again leave the table as it is
INSERT INTO master.tariffs (
    tariff_code, valid_from, name, currency, prices_include_vat
)
SELECT
    tariff_code, valid_from, name, currency, prices_include_vat
FROM jsonb_populate_recordset(NULL::master.tariffs, CAST(:rows AS jsonb))
ON CONFLICT (tariff_code, valid_from) DO UPDATE SET
    name = excluded.name,
    currency = excluded.currency,
    prices_include_vat = excluded.prices_include_vat

-- grain: row of master.tiers
-- inputs: master.tiers; :rows, a JSON list of whole rows
-- rerun: the same rows again leave the table as it is
INSERT INTO master.tiers (
    tariff_code, valid_from, component_no, up_to, price
)
SELECT
    tariff_code, valid_from, component_no, up_to, price
FROM jsonb_populate_recordset(NULL::master.tiers, CAST(:rows AS jsonb))
ON CONFLICT (tariff_code, valid_from, component_no, up_to) DO UPDATE SET
    price = excluded.price

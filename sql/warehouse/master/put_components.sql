-- grain: row of master.components
-- inputs: master.components; :rows, a JSON list of whole rows
-- rerun: the same rows again leave the table as it is
INSERT INTO master.components (
    tariff_code, valid_from, component_no, name, kind, meter, scheme, price, package_size
)
SELECT
    tariff_code, valid_from, component_no, name, kind, meter, scheme, price, package_size
FROM jsonb_populate_recordset(NULL::master.components, CAST(:rows AS jsonb))
ON CONFLICT (tariff_code, valid_from, component_no) DO UPDATE SET
    name = excluded.name,
    kind = excluded.kind,
    meter = excluded.meter,
    scheme = excluded.scheme,
    price = excluded.price,
    package_size = excluded.package_size

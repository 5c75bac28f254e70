-- grain: version of a tariff whose prices go; `name` NULL: it is gone, or lists no price any more
-- inputs: temporary table onec_going, master.tariffs, master.components, master.tiers
-- rerun: reads only
SELECT
    g.object_key, g.is_known, t.tariff_code, t.valid_from, t.name, t.prices_include_vat,
    (
        SELECT
            jsonb_agg(
                jsonb_build_object(
                    'component_no', c.component_no, 'name', c.name, 'price', CAST(c.price AS text),
                    'tiers', (
                        SELECT jsonb_agg(jsonb_build_array(CAST(r.up_to AS text), CAST(r.price AS text)) ORDER BY r.up_to NULLS LAST)
                        FROM master.tiers r
                        WHERE (r.tariff_code, r.valid_from, r.component_no) = (c.tariff_code, c.valid_from, c.component_no)
                    )
                ) ORDER BY c.component_no
            )
        FROM master.components c
        WHERE (c.tariff_code, c.valid_from) = (t.tariff_code, t.valid_from)
    ) AS components
FROM onec_going g
LEFT JOIN master.tariffs t ON g.digest <> '' AND t.tariff_code || '|' || t.valid_from = g.object_key
WHERE g.object_kind = 'prices'
ORDER BY t.valid_from NULLS FIRST, g.object_key

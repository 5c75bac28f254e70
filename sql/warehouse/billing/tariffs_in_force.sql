-- grain: tariff version that may be in force in the month, with its components and tiers
-- inputs: master.tariffs, master.components, master.tiers; :last of the month
-- rerun: reads only
SELECT
    v.tariff_code, v.valid_from, v.name, v.prices_include_vat,
    coalesce(
        (
            SELECT jsonb_agg(
                jsonb_build_object(
                    'component_no', p.component_no, 'name', p.name, 'kind', p.kind, 'meter', p.meter, 'scheme', p.scheme,
                    'price', p.price::text, 'package_size', p.package_size::text,
                    'tiers', coalesce(
                        (
                            SELECT jsonb_agg(jsonb_build_array(t.up_to::text, t.price::text) ORDER BY t.up_to NULLS LAST)
                            FROM master.tiers t
                            WHERE (t.tariff_code, t.valid_from, t.component_no) = (p.tariff_code, p.valid_from, p.component_no)
                        ), '[]'::jsonb
                    )
                ) ORDER BY p.component_no
            )
            FROM master.components p
            WHERE (p.tariff_code, p.valid_from) = (v.tariff_code, v.valid_from)
        ), '[]'::jsonb
    ) AS components
FROM master.tariffs v
WHERE v.valid_from <= :last
ORDER BY v.tariff_code, v.valid_from

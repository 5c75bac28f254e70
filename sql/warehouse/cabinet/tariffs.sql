-- grain: tariff version of the tariffs that terms of the clients' contracts name, with its components and tiers
-- inputs: cabinet.tariffs, cabinet.components, cabinet.tiers, cabinet.terms, cabinet.contracts; :clients, :contract (NULL: all)
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
                            FROM cabinet.tiers t
                            WHERE (t.tariff_code, t.valid_from, t.component_no) = (p.tariff_code, p.valid_from, p.component_no)
                        ), '[]'::jsonb
                    )
                ) ORDER BY p.component_no
            )
            FROM cabinet.components p
            WHERE (p.tariff_code, p.valid_from) = (v.tariff_code, v.valid_from)
        ), '[]'::jsonb
    ) AS components
FROM cabinet.tariffs v
WHERE v.tariff_code IN (
    SELECT t.tariff_code
    FROM cabinet.terms t
    JOIN cabinet.contracts c USING (contract_no)
    WHERE c.client_code = ANY (CAST(:clients AS text[])) AND (CAST(:contract AS text) IS NULL OR t.contract_no = :contract)
)
ORDER BY v.tariff_code COLLATE "C", v.valid_from

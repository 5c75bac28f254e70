-- grain: component of a tariff that goes by itself, as the version of :today has it, or that a document refers to, under its latest
--   name; one that the peer was once told of by itself always as master data have it. `pricing` NULL: only documents know it
-- inputs: temporary table onec_going, billing.invoice_lines, master.tariffs, master.components, master.tiers,
--   delivery.onec_outbox; :peer, :today
-- rerun: reads only; nothing is known of one that is gone but its key
WITH referred AS (
    SELECT DISTINCT ON (l.tariff_code, l.component_no)
        l.tariff_code || ':' || l.component_no AS object_key, l.component,
        EXISTS (
            SELECT FROM delivery.onec_outbox x
            WHERE (x.peer, x.object_kind, x.object_key) = (:peer, 'service', l.tariff_code || ':' || l.component_no)
        ) AS is_told
    FROM (SELECT DISTINCT unnest(invoice_ids) AS invoice_id FROM onec_going) g
    JOIN billing.invoice_lines l USING (invoice_id)
    ORDER BY l.tariff_code, l.component_no, l.segment_to DESC, l.component
),
own AS (SELECT object_key, is_known FROM onec_going WHERE object_kind = 'service'),
latest AS (
    SELECT DISTINCT ON (c.tariff_code, c.component_no)
        c.tariff_code || ':' || c.component_no AS object_key, t.name AS tariff, c.name,
        jsonb_build_object(
            'kind', c.kind, 'meter', c.meter, 'scheme', c.scheme, 'price', CAST(c.price AS text),
            'package_size', CAST(c.package_size AS text),
            'tiers', (
                SELECT jsonb_agg(jsonb_build_array(CAST(r.up_to AS text), CAST(r.price AS text)) ORDER BY r.up_to NULLS LAST)
                FROM master.tiers r
                WHERE (r.tariff_code, r.valid_from, r.component_no) = (c.tariff_code, c.valid_from, c.component_no)
            )
        ) AS pricing
    FROM master.components c
    JOIN master.tariffs t USING (tariff_code, valid_from)
    WHERE c.tariff_code || ':' || c.component_no IN (SELECT object_key FROM own UNION SELECT object_key FROM referred WHERE is_told)
    ORDER BY
        c.tariff_code, c.component_no, c.valid_from <= CAST(:today AS date) DESC,
        CASE WHEN c.valid_from <= CAST(:today AS date) THEN c.valid_from END DESC, c.valid_from
)
SELECT object_key, l.tariff, coalesce(l.name, r.component) AS component, l.pricing, o.is_known IS TRUE AS is_known
FROM own o
FULL JOIN referred r USING (object_key)
LEFT JOIN latest l USING (object_key)
ORDER BY object_key

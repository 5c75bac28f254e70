-- grain: sale of the message: a closed contract and month, with all invoices issued for it and all their lines
-- inputs: temporary table onec_going, billing.invoices, billing.invoice_lines
-- rerun: reads only; each line ends with the index of its invoice
WITH parts AS MATERIALIZED (
    SELECT g.object_key, t.invoice_id, t.place
    FROM onec_going g
    CROSS JOIN unnest(g.invoice_ids) WITH ORDINALITY t (invoice_id, place)
    WHERE g.object_kind = 'sale'
),
grounds AS MATERIALIZED (
    SELECT
        p.object_key,
        json_agg(json_build_array(i.invoice_id, i.number, i.issued_on, i.kind, i.total::text) ORDER BY p.place) AS invoices
    FROM parts p
    JOIN billing.invoices i USING (invoice_id)
    GROUP BY p.object_key
),
lines AS MATERIALIZED (
    SELECT
        p.object_key,
        json_agg(
            json_build_array(
                l.tariff_code, l.component_no, l.component, l.prices_include_vat, l.net::text, l.vat_rate::text, l.vat::text, l.total::text,
                l.printed_quantity::text, l.printed_price::text, l.printed_text, p.place - 1
            ) ORDER BY p.place, l.line_no
        ) AS lines
    FROM parts p
    JOIN billing.invoice_lines l USING (invoice_id)
    GROUP BY p.object_key
)
SELECT
    g.object_key, g.is_known,
    i.month, i.evidence -> 'contract' AS contract, i.evidence -> 'client' AS client, i.evidence -> 'organization' AS organization,
    s.invoices, l.lines
FROM onec_going g
JOIN grounds s USING (object_key)
JOIN lines l USING (object_key)
JOIN billing.invoices i ON i.invoice_id = g.invoice_ids[cardinality(g.invoice_ids)]
WHERE g.object_kind = 'sale'
ORDER BY i.organization_code, i.month, i.contract_no

-- grain: sale of the message, or its correction: a closed contract and month, with the invoices issued for it and all their lines
-- inputs: temporary table onec_going, billing.invoices, billing.invoice_lines, delivery.onec_outbox; :peer
-- rerun: reads only; each line ends with the index of its invoice; sales come before corrections; known_run: the last run that the
--   sale holds
WITH parts AS MATERIALIZED (
    SELECT g.object_key, t.invoice_id, t.place
    FROM onec_going g
    CROSS JOIN unnest(g.invoice_ids) WITH ORDINALITY t (invoice_id, place)
    WHERE g.object_kind IN ('sale', 'correction')
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
    g.object_kind, g.object_key, g.sale_key, g.is_known, g.runs,
    CASE g.object_kind WHEN 'correction' THEN (
        SELECT max(o.version) FROM delivery.onec_outbox o WHERE (o.peer, o.object_kind, o.object_key) = (:peer, 'sale', g.sale_key)
    ) END AS known_run,
    i.month, i.evidence -> 'contract' AS contract, i.evidence -> 'client' AS client, i.evidence -> 'organization' AS organization,
    s.invoices, l.lines
FROM onec_going g
JOIN grounds s USING (object_key)
JOIN lines l USING (object_key)
JOIN billing.invoices i ON i.invoice_id = g.invoice_ids[cardinality(g.invoice_ids)]
WHERE g.object_kind IN ('sale', 'correction')
ORDER BY g.object_kind DESC, i.organization_code, i.month, i.contract_no, g.runs[cardinality(g.runs)]

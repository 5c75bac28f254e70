-- grain: sale of the message: a closed contract and month, with all invoices issued for it and all their lines
-- inputs: temporary table onec_going, billing.invoices, billing.invoice_lines
-- rerun: reads only; each line ends with the index of its invoice
SELECT
    g.object_key, g.is_known,
    p.month, p.evidence -> 'contract' AS contract, p.evidence -> 'client' AS client, p.evidence -> 'organization' AS organization,
    (
        SELECT json_agg(json_build_array(i.invoice_id, i.number, i.issued_on, i.kind, i.total::text) ORDER BY t.place)
        FROM unnest(g.invoice_ids) WITH ORDINALITY t (invoice_id, place)
        JOIN billing.invoices i USING (invoice_id)
    ) AS invoices,
    (
        SELECT json_agg(
            json_build_array(
                l.tariff_code, l.component_no, l.component, l.prices_include_vat, l.net::text, l.vat_rate::text, l.vat::text, l.total::text,
                l.printed_quantity::text, l.printed_price::text, l.printed_text, t.place - 1
            ) ORDER BY t.place, l.line_no
        )
        FROM unnest(g.invoice_ids) WITH ORDINALITY t (invoice_id, place)
        JOIN billing.invoice_lines l USING (invoice_id)
    ) AS lines
FROM onec_going g
JOIN billing.invoices p ON p.invoice_id = g.invoice_ids[cardinality(g.invoice_ids)]
WHERE g.object_kind = 'sale'
ORDER BY p.organization_code, p.month, p.contract_no

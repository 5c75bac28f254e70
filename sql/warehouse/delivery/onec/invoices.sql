-- grain: invoice of the message with its lines; a credit is no invoice to be paid and stays out (its sale tells it)
-- inputs: temporary table onec_going, billing.invoices, billing.invoice_lines
-- rerun: reads only; the same rows for ever
WITH lines AS MATERIALIZED (
    SELECT
        l.invoice_id,
        json_agg(
            json_build_array(
                l.tariff_code, l.component_no, l.component, l.prices_include_vat, l.net::text, l.vat_rate::text, l.vat::text, l.total::text,
                l.printed_quantity::text, l.printed_price::text, l.printed_text, 0
            ) ORDER BY l.line_no
        ) AS lines
    FROM onec_going g
    JOIN billing.invoice_lines l ON l.invoice_id = g.invoice_ids[1]
    WHERE g.object_kind = 'invoice'
    GROUP BY l.invoice_id
)
SELECT
    i.invoice_id, i.number, i.issued_on, i.due_on, i.kind, i.total,
    i.evidence -> 'contract' AS contract, i.evidence -> 'client' AS client, i.evidence -> 'organization' AS organization,
    l.lines
FROM lines l
JOIN billing.invoices i USING (invoice_id)
WHERE i.total > 0
ORDER BY i.organization_code, i.year, i.sequence_no

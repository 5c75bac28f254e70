-- grain: invoice of the message with its lines; a credit is no invoice to be paid and stays out (its sale tells it)
-- inputs: temporary table onec_going, billing.invoices, billing.invoice_lines
-- rerun: reads only; the same rows for ever
SELECT
    i.invoice_id, i.number, i.issued_on, i.kind, i.total,
    i.evidence -> 'contract' AS contract, i.evidence -> 'client' AS client, i.evidence -> 'organization' AS organization,
    (
        SELECT json_agg(
            json_build_array(
                l.tariff_code, l.component_no, l.component, l.prices_include_vat, l.net::text, l.vat_rate::text, l.vat::text, l.total::text,
                l.printed_quantity::text, l.printed_price::text, l.printed_text, 0
            ) ORDER BY l.line_no
        )
        FROM billing.invoice_lines l
        WHERE l.invoice_id = i.invoice_id
    ) AS lines
FROM onec_going g
JOIN billing.invoices i ON i.invoice_id = g.invoice_ids[1]
WHERE g.object_kind = 'invoice' AND i.total > 0
ORDER BY i.organization_code, i.year, i.sequence_no

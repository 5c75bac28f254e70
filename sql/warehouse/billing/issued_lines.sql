-- grain: line of an invoice issued for the month, of every kind
-- inputs: billing.invoices, billing.invoice_lines; :month
-- rerun: reads only
SELECT
    i.contract_no, i.kind, l.tariff_code, l.component_no, l.component, l.component_kind, l.segment_from, l.segment_to,
    l.prices_include_vat, l.net, l.vat_rate, l.vat, l.total, l.quantity_exact, l.price
FROM billing.invoices i
JOIN billing.invoice_lines l USING (invoice_id)
WHERE i.month = :month
ORDER BY i.contract_no, i.issued_at, i.sequence_no, l.line_no

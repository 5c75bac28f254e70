-- grain: line of an invoice of the clients
-- inputs: cabinet.invoices, cabinet.invoice_lines; :clients, :number
-- rerun: reads only
SELECT
    l.line_no, l.component, l.component_kind, l.segment_from, l.segment_to, l.discount_percent, l.arithmetic, l.net, l.vat_rate, l.vat,
    l.total
FROM cabinet.invoices i
JOIN cabinet.invoice_lines l USING (invoice_id)
WHERE i.number = :number AND i.client_code = ANY (CAST(:clients AS text[]))
ORDER BY l.line_no

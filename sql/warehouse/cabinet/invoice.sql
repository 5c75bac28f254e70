-- grain: issued invoice of the clients by its number
-- inputs: cabinet.invoices, cabinet.allocations, cabinet.payments; :clients, :number
-- rerun: reads only. `paid`: of one below zero what it has paid elsewhere, below zero too
SELECT
    i.invoice_id, i.number, i.kind, i.month, i.organization_code, i.client_code, i.contract_no, i.issued_on, i.due_on, i.net, i.vat,
    i.total,
    CAST(CASE WHEN i.total < 0 THEN coalesce(u.used, 0.00) ELSE coalesce(b.paid, 0.00) END AS numeric(14, 2)) AS paid
FROM cabinet.invoices i
LEFT JOIN LATERAL (SELECT sum(a.amount) AS paid FROM cabinet.allocations a WHERE i.total > 0 AND a.number = i.number) b ON true
LEFT JOIN LATERAL (
    SELECT -sum(a.amount) AS used
    FROM cabinet.payments p
    JOIN cabinet.allocations a USING (payment_id)
    WHERE i.total < 0 AND p.client_code = i.client_code AND p.source = 'credit' AND p.document_no = i.number
) u ON true
WHERE i.number = :number AND i.client_code = ANY (CAST(:clients AS text[]))

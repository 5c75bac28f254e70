-- grain: open invoice, or debt of go-live with a due date, of the clients, oldest first: what `receivables.claims` has of them
-- inputs: cabinet.invoices, cabinet.payments, cabinet.allocations; :clients
-- rerun: reads only. `invoice_id` NULL: a debt of go-live
WITH claims AS (
    SELECT number, CAST(invoice_id AS text) AS invoice_id, organization_code, client_code, contract_no, month, issued_on, due_on, total
    FROM cabinet.invoices
    WHERE client_code = ANY (CAST(:clients AS text[])) AND total > 0
    UNION ALL
    SELECT
        cabinet.debt_name(document_no, client_code, organization_code, paid_on), NULL, organization_code, client_code,
        nullif(document_no, ''), CAST(date_trunc('month', CAST(paid_on AS timestamp)) AS date), paid_on, due_on, -amount
    FROM cabinet.payments
    WHERE client_code = ANY (CAST(:clients AS text[])) AND due_on IS NOT NULL
)
SELECT
    c.number, c.invoice_id, c.organization_code, c.client_code, c.contract_no, c.month, c.issued_on, c.due_on, c.total,
    coalesce(b.paid, 0.00)::numeric(14, 2) AS paid, (c.total - coalesce(b.paid, 0))::numeric(14, 2) AS open
FROM claims c
LEFT JOIN LATERAL (SELECT sum(a.amount) AS paid FROM cabinet.allocations a WHERE a.number = c.number) b ON true
WHERE c.total > coalesce(b.paid, 0)
ORDER BY c.due_on, c.number COLLATE "C"

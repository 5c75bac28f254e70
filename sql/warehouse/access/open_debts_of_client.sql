-- grain: open invoice, or debt of go-live with a due date, of a client of an organization: what was paid of it, and what is open
-- inputs: receivables.claims, receivables.invoice_balances; :organization_code, :client_code
-- rerun: reads only
SELECT i.number, coalesce(b.paid, 0.00) AS paid, (i.total - coalesce(b.paid, 0))::numeric(14, 2) AS open
FROM receivables.claims i
LEFT JOIN receivables.invoice_balances b USING (number)
WHERE (i.organization_code, i.client_code) = (:organization_code, :client_code) AND i.total > coalesce(b.paid, 0)
ORDER BY i.due_on, i.number COLLATE "C"

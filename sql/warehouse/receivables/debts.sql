-- grain: issued invoice that is open, or young enough (:since) that its number still tells whose money a payment is
-- inputs: billing.invoices, receivables.invoice_balances; :since
-- rerun: reads only
SELECT i.number, i.organization_code, i.client_code, i.contract_no, i.issued_on, i.due_on, greatest(i.total - coalesce(b.paid, 0), 0.00) AS open
FROM billing.invoices i
LEFT JOIN receivables.invoice_balances b USING (number)
WHERE i.total > 0 AND (i.total > coalesce(b.paid, 0) OR i.issued_on >= :since)

-- grain: issued invoice, or debt of go-live with a due date, that is open, or young enough (:since) that its number still tells whose
--   money a payment is
-- inputs: receivables.claims, receivables.invoice_balances; :since
-- rerun: reads only
SELECT
    i.number, i.organization_code, i.client_code, i.contract_no, i.issued_on, i.due_on,
    greatest(i.total - coalesce(b.paid, 0), 0.00) AS open,
    i.invoice_id IS NOT NULL AS is_invoice
FROM receivables.claims i
LEFT JOIN receivables.invoice_balances b USING (number)
WHERE i.total > coalesce(b.paid, 0) OR i.issued_on >= :since

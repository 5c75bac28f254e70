-- grain: open invoice; `done`: steps told for it
-- inputs: billing.invoices, receivables.invoice_balances, delivery.mail_outbox; :steps, :on
-- rerun: reads only
SELECT
    i.number, i.organization_code, i.client_code, i.due_on, (i.total - coalesce(b.paid, 0))::numeric(14, 2) AS open,
    ARRAY(SELECT m.event_kind FROM delivery.mail_outbox m WHERE m.event_kind = ANY(CAST(:steps AS text[])) AND m.event_key = i.number) AS done
FROM billing.invoices i
LEFT JOIN receivables.invoice_balances b USING (number)
WHERE i.total > 0 AND i.total > coalesce(b.paid, 0) AND i.issued_on <= :on
ORDER BY i.due_on, i.number COLLATE "C"

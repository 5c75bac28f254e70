-- grain: open invoice, or debt of go-live with a due date (no invoice_id), of a client of an organization with what is left of it now, and
--   the kinds of its letters that wait
-- inputs: receivables.claims, receivables.invoice_balances, delivery.mail_outbox; :organization_code, :client_code
-- rerun: reads only
SELECT
    i.number, i.invoice_id, i.due_on, i.total, (i.total - coalesce(b.paid, 0))::numeric(14, 2) AS open,
    ARRAY(SELECT m.event_kind FROM delivery.mail_outbox m WHERE m.event_key = i.number AND m.state = 'queued') AS waiting
FROM receivables.claims i
LEFT JOIN receivables.invoice_balances b USING (number)
WHERE i.organization_code = :organization_code AND i.client_code = :client_code
  AND i.total > coalesce(b.paid, 0)
ORDER BY i.due_on, i.number COLLATE "C"

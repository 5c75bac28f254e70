-- grain: open invoice, or debt of go-live with a due date (no invoice_id), of a client of an organization with what is left of it now, and
--   [kind, days of its step] of each of its letters that wait
-- inputs: receivables.claims, receivables.invoice_balances, delivery.mail_outbox; :organization_code, :client_code
-- rerun: reads only
SELECT
    i.number, i.invoice_id, i.due_on, i.total, (i.total - coalesce(b.paid, 0))::numeric(14, 2) AS open,
    coalesce((
        SELECT jsonb_agg(jsonb_build_array(m.event_kind, coalesce(CAST(m.facts ->> 'days' AS integer), 0)))
        FROM delivery.mail_outbox m
        WHERE m.client_code = i.client_code AND m.state = 'queued' AND coalesce(m.facts ->> 'number', m.event_key) = i.number
    ), '[]') AS waiting
FROM receivables.claims i
LEFT JOIN receivables.invoice_balances b USING (number)
WHERE i.organization_code = :organization_code AND i.client_code = :client_code
  AND i.total > coalesce(b.paid, 0)
ORDER BY i.due_on, i.number COLLATE "C"

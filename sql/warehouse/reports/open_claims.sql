-- grain: invoice, or debt of go-live, that is open on :on, with the category of its client
-- inputs: receivables.open_invoices, master.clients; :on
-- rerun: reads only
SELECT o.organization_code, o.client_code, k.category, o.number, o.due_on, o.open::numeric(16, 2) AS open
FROM receivables.open_invoices(:on) o
JOIN master.clients k USING (client_code)
ORDER BY o.organization_code COLLATE "C", o.client_code COLLATE "C", o.due_on, o.number COLLATE "C"

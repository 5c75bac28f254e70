-- grain: invoice of a month, or one of any month that is open on :on, of these clients
-- inputs: billing.invoices, receivables.open_invoices, master.clients; :clients (a list), :month, :on
-- rerun: reads only. `open`: on :on
SELECT
    i.number, i.client_code, k.name AS client, i.contract_no, i.kind, i.month, i.issued_on, i.due_on, i.total,
    coalesce(d.open, 0.00)::numeric(16, 2) AS open
FROM billing.invoices i
JOIN master.clients k USING (client_code)
LEFT JOIN receivables.open_invoices(:on) d USING (number)
WHERE i.client_code = ANY(CAST(:clients AS text[])) AND (i.month = :month OR d.open > 0)
ORDER BY i.client_code COLLATE "C", i.issued_on, i.number COLLATE "C"

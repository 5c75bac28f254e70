-- grain: invoice that is open on :on (the same debts as report_ageing), in its order of clients, then by due date
-- inputs: receivables.open_invoices, master.organizations, master.clients; :on
-- rerun: reads only
SELECT
    o.name AS organization, k.name AS client, k.inn, d.number, d.contract_no, d.month, d.issued_on, d.due_on,
    CAST(:on AS date) - d.due_on AS days, d.total, d.paid::numeric(16, 2) AS paid
FROM (
    SELECT *, sum(open) OVER (PARTITION BY organization_code, client_code) AS owed
    FROM receivables.open_invoices(:on)
) d
JOIN master.organizations o ON o.code = d.organization_code
JOIN master.clients k USING (client_code)
ORDER BY d.owed DESC, d.organization_code COLLATE "C", d.client_code COLLATE "C", d.due_on, d.number COLLATE "C"

-- grain: invoice that is open on :on (the same debts as report_ageing), in its order of clients, then by due date
-- inputs: billing.invoices, receivables.payments, receivables.allocations, master.organizations, master.clients; :on
-- rerun: reads only
SELECT
    o.name AS organization, k.name AS client, k.inn, d.number, d.contract_no, d.month, d.issued_on, d.due_on,
    CAST(:on AS date) - d.due_on AS days, d.total, d.paid
FROM (
    SELECT i.*, coalesce(p.paid, 0)::numeric(16, 2) AS paid,
        sum(i.total - coalesce(p.paid, 0)) OVER (PARTITION BY i.organization_code, i.client_code) AS owed
    FROM billing.invoices i
    LEFT JOIN (
        SELECT a.number, sum(a.amount) AS paid
        FROM receivables.allocations a
        JOIN receivables.payments p USING (payment_id)
        WHERE p.paid_on <= :on
        GROUP BY a.number
    ) p USING (number)
    WHERE i.total > 0 AND i.issued_on <= :on AND i.total > coalesce(p.paid, 0)
) d
JOIN master.organizations o ON o.code = d.organization_code
JOIN master.clients k USING (client_code)
ORDER BY d.owed DESC, d.organization_code COLLATE "C", d.client_code COLLATE "C", d.due_on, d.number COLLATE "C"

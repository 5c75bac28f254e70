-- grain: invoice that is open on :on, of these clients to these organizations (:clients and :organizations side by side)
-- inputs: receivables.open_invoices; :clients, :organizations (lists of one length), :on
-- rerun: reads only
SELECT
    o.number, o.organization_code, o.client_code, o.contract_no, o.month, o.issued_on, o.due_on,
    o.total::numeric(14, 2) AS total, o.paid::numeric(14, 2) AS paid, o.open::numeric(14, 2) AS open
FROM receivables.open_invoices(:on) o
JOIN unnest(CAST(:clients AS text[]), CAST(:organizations AS text[])) AS p (client_code, organization_code)
    USING (client_code, organization_code)
ORDER BY o.number COLLATE "C"

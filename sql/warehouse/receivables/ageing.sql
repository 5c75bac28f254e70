-- grain: organization × client with open invoices on :on, by days past due on that day; only what was issued and paid by then
-- inputs: receivables.open_invoices; :on
-- rerun: reads only
SELECT
    o.client_code, o.organization_code,
    coalesce(sum(o.open) FILTER (WHERE o.days < 0), 0.00)::numeric(14, 2) AS not_due,
    coalesce(sum(o.open) FILTER (WHERE o.days = 0), 0.00)::numeric(14, 2) AS "0",
    coalesce(sum(o.open) FILTER (WHERE o.days BETWEEN 1 AND 30), 0.00)::numeric(14, 2) AS "1-30",
    coalesce(sum(o.open) FILTER (WHERE o.days BETWEEN 31 AND 60), 0.00)::numeric(14, 2) AS "31-60",
    coalesce(sum(o.open) FILTER (WHERE o.days BETWEEN 61 AND 90), 0.00)::numeric(14, 2) AS "61-90",
    coalesce(sum(o.open) FILTER (WHERE o.days > 90), 0.00)::numeric(14, 2) AS "90+",
    sum(o.open)::numeric(14, 2) AS total
FROM (SELECT *, CAST(:on AS date) - due_on AS days FROM receivables.open_invoices(:on)) o
GROUP BY o.client_code, o.organization_code
ORDER BY o.client_code COLLATE "C", o.organization_code COLLATE "C"

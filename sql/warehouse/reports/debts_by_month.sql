-- grain: organization × month from :first to :last, up to :on, none before its first invoice: what was issued in it less corrections, with
--   VAT, the money that came in it less refunds, what was open on its last day (or on :on), and what of that was past due
-- inputs: master.organizations, billing.invoices, receivables.claims, receivables.payments, receivables.open_invoices; :first, :last, :on
-- rerun: reads only. `days`: of the month, up to :on
WITH months AS (
    SELECT
        CAST(m AS date) AS month, least(CAST(m + interval '1 month' AS date) - 1, CAST(:on AS date)) AS last
    FROM generate_series(CAST(:first AS date), least(CAST(:last AS date), CAST(:on AS date)), interval '1 month') m
), issued AS (
    SELECT m.month, i.organization_code, sum(i.total) AS amount
    FROM months m JOIN billing.invoices i ON i.issued_on BETWEEN m.month AND m.last
    GROUP BY m.month, i.organization_code
), received AS (
    SELECT m.month, p.organization_code, sum(p.amount) AS amount
    FROM months m JOIN receivables.payments p ON p.paid_on BETWEEN m.month AND m.last AND p.source IN ('bank', 'onec')
    GROUP BY m.month, p.organization_code
), debts AS (
    SELECT m.month, d.organization_code, sum(d.open) AS open, sum(d.open) FILTER (WHERE d.due_on < m.last) AS overdue
    FROM months m CROSS JOIN LATERAL receivables.open_invoices(m.last) d
    GROUP BY m.month, d.organization_code
)
SELECT
    o.code AS organization_code, m.month, m.last - m.month + 1 AS days, coalesce(i.amount, 0.00)::numeric(16, 2) AS issued,
    coalesce(r.amount, 0.00)::numeric(16, 2) AS received, coalesce(d.open, 0.00)::numeric(16, 2) AS open,
    coalesce(d.overdue, 0.00)::numeric(16, 2) AS overdue
FROM master.organizations o
CROSS JOIN months m
LEFT JOIN issued i ON (i.organization_code, i.month) = (o.code, m.month)
LEFT JOIN received r ON (r.organization_code, r.month) = (o.code, m.month)
LEFT JOIN debts d ON (d.organization_code, d.month) = (o.code, m.month)
WHERE EXISTS (SELECT FROM receivables.claims c WHERE c.organization_code = o.code AND c.issued_on <= m.last)
ORDER BY o.code COLLATE "C", m.month

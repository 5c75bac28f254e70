-- grain: one row: what is issued for a month, what of it is paid and past due on :on; what was received in the month; all that is past due
-- inputs: billing.invoices, receivables.invoice_balances, receivables.open_invoices, receivables.payments; :month, :first, :last, :on
-- rerun: reads only; roubles with VAT
WITH issued AS (
    SELECT i.number, i.total, coalesce(b.paid, 0) AS paid
    FROM billing.invoices i LEFT JOIN receivables.invoice_balances b USING (number)
    WHERE i.month = :month
), owed AS (
    SELECT number, open, due_on < :on AS is_overdue, client_code FROM receivables.open_invoices(:on)
)
SELECT
    count(*) AS invoices, coalesce(sum(total), 0)::numeric(16, 2) AS billed,
    coalesce(sum(paid) FILTER (WHERE total > 0), 0)::numeric(16, 2) AS paid,
    (SELECT coalesce(sum(o.open), 0) FROM owed o JOIN issued USING (number))::numeric(16, 2) AS open,
    (SELECT coalesce(sum(o.open), 0) FROM owed o JOIN issued USING (number) WHERE o.is_overdue)::numeric(16, 2) AS overdue,
    (SELECT coalesce(sum(open), 0) FROM owed)::numeric(16, 2) AS all_open,
    (SELECT coalesce(sum(open), 0) FROM owed WHERE is_overdue)::numeric(16, 2) AS all_overdue,
    (SELECT count(DISTINCT client_code) FROM owed WHERE is_overdue) AS debtors,
    (
        SELECT coalesce(sum(amount), 0) FROM receivables.payments
        WHERE paid_on BETWEEN :first AND :last AND source IN ('bank', 'onec')
    )::numeric(16, 2) AS received
FROM issued

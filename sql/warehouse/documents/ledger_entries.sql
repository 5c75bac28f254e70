-- grain: one row: payments of a month with allocations to its invoices, and payments with allocations of all months; both only grow
-- inputs: receivables.payments, receivables.allocations, billing.invoices; :month, :last
-- rerun: reads only
SELECT
    (SELECT count(*) FROM receivables.payments WHERE paid_on BETWEEN :month AND :last)
    + (SELECT count(*) FROM receivables.allocations WHERE number IN (SELECT number FROM billing.invoices WHERE month = :month))
        AS month_entries,
    (SELECT count(*) FROM receivables.payments) + (SELECT count(*) FROM receivables.allocations) AS all_entries

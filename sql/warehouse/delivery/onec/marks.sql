-- grain: one row: how far what 1C is told of has come; all of it only grows, so that equal figures mean that nothing is new
-- inputs: master.history, billing.invoices, billing.closed, receivables.allocations, access.orders, access.outcomes
-- rerun: reads only
SELECT
    (SELECT coalesce(max(history_no), 0) FROM master.history) AS history_no,
    (SELECT count(*) FROM billing.invoices) AS invoices,
    (SELECT count(*) FROM billing.closed) AS closed,
    (SELECT count(*) FROM receivables.allocations) AS allocations,
    (SELECT count(*) FROM access.orders) AS orders,
    (SELECT count(*) FROM access.outcomes) AS outcomes

-- grain: month whose workbook lacks payments or allocations: of its own month; of the newest workbook of a billed month, any
-- inputs: documents.workbooks, receivables.payments, receivables.allocations, billing.invoices
-- rerun: reads only
WITH entries AS (
    SELECT month, count(*) AS entries
    FROM (
        SELECT CAST(date_trunc('month', paid_on) AS date) AS month FROM receivables.payments
        UNION ALL
        SELECT i.month FROM receivables.allocations a JOIN billing.invoices i USING (number)
    ) e
    GROUP BY month
), newest AS (
    SELECT max(w.month) AS month FROM documents.workbooks w WHERE EXISTS (SELECT FROM billing.invoices i WHERE i.month = w.month)
)
SELECT w.month
FROM documents.workbooks w
LEFT JOIN entries e USING (month)
WHERE w.month_entries <> coalesce(e.entries, 0)
   OR (w.month = (SELECT month FROM newest)
       AND w.all_entries <> (SELECT count(*) FROM receivables.payments) + (SELECT count(*) FROM receivables.allocations))
ORDER BY w.month

-- grain: issued invoice of the month
-- inputs: billing.invoices; :month
-- rerun: reads only
SELECT invoice_id, number, organization_code, kind, total
FROM billing.invoices
WHERE month = :month
ORDER BY organization_code, year, sequence_no

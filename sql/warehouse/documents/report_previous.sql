-- grain: tariff: what the month before brought
-- inputs: billing.invoices, billing.invoice_lines; :month (the month before)
-- rerun: reads only
SELECT l.tariff_code, sum(l.total) AS total
FROM billing.invoices i JOIN billing.invoice_lines l USING (invoice_id)
WHERE i.month = :month
GROUP BY l.tariff_code

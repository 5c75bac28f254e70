-- grain: contract × kind with the causes that were issued for the month
-- inputs: billing.invoices; :month
-- rerun: reads only
SELECT contract_no, kind, array_agg(cause ORDER BY cause) AS causes FROM billing.invoices WHERE month = :month GROUP BY contract_no, kind

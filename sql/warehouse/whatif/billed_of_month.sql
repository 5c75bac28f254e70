-- grain: contract with what was issued for its month, of every kind together
-- inputs: billing.invoices; :month
-- rerun: reads only
SELECT contract_no, sum(net) AS net, sum(vat) AS vat, sum(total) AS total FROM billing.invoices WHERE month = :month GROUP BY contract_no

-- grain: invoice kind: what was issued for a contract's month
-- inputs: cabinet.invoices; :clients, :contract, :month
-- rerun: reads only
SELECT
    i.kind, count(*) AS invoices, sum(i.net)::numeric(14, 2) AS net, sum(i.vat)::numeric(14, 2) AS vat,
    sum(i.total)::numeric(14, 2) AS total
FROM cabinet.invoices i
WHERE i.client_code = ANY (CAST(:clients AS text[])) AND i.contract_no = :contract AND i.month = :month
GROUP BY i.kind
ORDER BY i.kind

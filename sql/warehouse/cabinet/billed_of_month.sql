-- grain: contract of the clients with invoices of a month: what they come to, roubles with VAT
-- inputs: cabinet.invoices; :clients, :contracts, :month
-- rerun: reads only
SELECT i.contract_no, sum(i.total)::numeric(14, 2) AS total
FROM cabinet.invoices i
WHERE i.client_code = ANY (CAST(:clients AS text[])) AND i.contract_no = ANY (CAST(:contracts AS text[])) AND i.month = :month
GROUP BY i.contract_no

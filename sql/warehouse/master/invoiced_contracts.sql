-- grain: contract that has issued invoices, with the first of them
-- inputs: billing.invoices; :contracts (list)
-- rerun: reads only
SELECT DISTINCT ON (contract_no) contract_no, number
FROM billing.invoices
WHERE contract_no = ANY(CAST(:contracts AS text[]))
ORDER BY contract_no, issued_on, number

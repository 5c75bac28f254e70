-- grain: contract whose month is closed and cost something: its act, over every invoice issued for the month by the close (domain.md
--   §7); the act bears the monthly invoice's number, or the first one's where all was billed ahead
-- inputs: billing.closed, billing.invoices; :month
-- rerun: reads only; the same rows for ever
SELECT
    i.organization_code,
    (array_agg(i.number ORDER BY i.kind <> 'monthly', i.issued_at, i.year, i.sequence_no))[1] AS number,
    array_agg(CAST(i.invoice_id AS text) ORDER BY i.issued_at, i.year, i.sequence_no) AS ids
FROM billing.closed c
JOIN billing.invoices i ON (i.contract_no, i.month) = (c.contract_no, c.month) AND i.issued_at <= c.closed_at
WHERE c.month = :month
GROUP BY c.contract_no, i.organization_code
HAVING sum(i.total) > 0
ORDER BY 1, 2

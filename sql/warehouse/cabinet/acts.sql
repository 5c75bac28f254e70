-- grain: contract of the clients whose month is closed and cost something: its act, newest first; numbered as issued_acts.sql does it
-- inputs: cabinet.closed, cabinet.invoices; :clients, :number (NULL: all), :most, :skipped
-- rerun: reads only. `found`: how many there are in all; `ids`: of the invoices that it is about
WITH acts AS (
    SELECT
        c.contract_no, c.month, i.organization_code, min(i.client_code) AS client_code,
        (array_agg(i.number ORDER BY i.kind <> 'monthly', i.issued_at, i.year, i.sequence_no))[1] AS number,
        array_agg(CAST(i.invoice_id AS text) ORDER BY i.issued_at, i.year, i.sequence_no) AS ids,
        sum(i.net)::numeric(14, 2) AS net, sum(i.vat)::numeric(14, 2) AS vat, sum(i.total)::numeric(14, 2) AS total
    FROM cabinet.closed c
    JOIN cabinet.invoices i ON (i.contract_no, i.month) = (c.contract_no, c.month) AND i.issued_at <= c.closed_at
    WHERE i.client_code = ANY (CAST(:clients AS text[]))
    GROUP BY c.contract_no, c.month, i.organization_code
    HAVING sum(i.total) > 0
)
SELECT contract_no, month, organization_code, client_code, number, ids, net, vat, total, count(*) OVER () AS found
FROM acts
WHERE CAST(:number AS text) IS NULL OR number = :number
ORDER BY month DESC, contract_no COLLATE "C", organization_code COLLATE "C"
LIMIT :most OFFSET :skipped

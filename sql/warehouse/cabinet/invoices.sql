-- grain: issued invoice of the clients, newest first
-- inputs: cabinet.invoices, cabinet.allocations, cabinet.payments; :clients, :kinds (array; NULL: all), :number (NULL: all),
--   :only_open, :most, :skipped
-- rerun: reads only. `found`: how many there are in all; `paid`: of one below zero what it has paid elsewhere, below zero too
WITH found AS (
    SELECT
        i.invoice_id, i.number, i.kind, i.month, i.organization_code, i.client_code, i.contract_no, i.issued_on, i.due_on, i.net, i.vat,
        i.total, i.year, i.sequence_no, CASE WHEN i.total < 0 THEN coalesce(u.used, 0.00) ELSE coalesce(b.paid, 0.00) END AS paid
    FROM cabinet.invoices i
    LEFT JOIN LATERAL (SELECT sum(a.amount) AS paid FROM cabinet.allocations a WHERE i.total > 0 AND a.number = i.number) b ON true
    LEFT JOIN LATERAL (
        SELECT -sum(a.amount) AS used
        FROM cabinet.payments p
        JOIN cabinet.allocations a USING (payment_id)
        WHERE i.total < 0 AND p.client_code = i.client_code AND p.source = 'credit' AND p.document_no = i.number
    ) u ON true
    WHERE i.client_code = ANY (CAST(:clients AS text[])) AND (CAST(:kinds AS text[]) IS NULL OR i.kind = ANY(CAST(:kinds AS text[])))
        AND (CAST(:number AS text) IS NULL OR i.number = :number)
        AND (NOT :only_open OR i.total > coalesce(b.paid, 0))
)
SELECT
    number, kind, month, organization_code, client_code, contract_no, issued_on, due_on, net, vat, total,
    CAST(paid AS numeric(14, 2)) AS paid, invoice_id, count(*) OVER () AS found
FROM found
ORDER BY issued_on DESC, year DESC, sequence_no DESC, organization_code COLLATE "C"
LIMIT :most OFFSET :skipped

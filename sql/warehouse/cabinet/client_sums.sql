-- grain: client: what was billed for a month, what is open and overdue, and its largest fleet of that month; for a dealer's list
-- inputs: cabinet.clients, cabinet.contracts, cabinet.invoices, cabinet.payments, cabinet.allocations, cabinet.contract_days;
--   :clients, :listed (array: those of the page), :month, :last, :on
-- rerun: reads only. Sums with VAT
WITH claims AS (
    SELECT number, client_code, due_on, total
    FROM cabinet.invoices
    WHERE client_code = ANY (CAST(:clients AS text[])) AND client_code = ANY(CAST(:listed AS text[])) AND total > 0
    UNION ALL
    SELECT cabinet.debt_name(document_no, client_code, organization_code, paid_on), client_code, due_on, -amount
    FROM cabinet.payments
    WHERE client_code = ANY (CAST(:clients AS text[])) AND client_code = ANY(CAST(:listed AS text[])) AND due_on IS NOT NULL
), debts AS (
    SELECT
        c.client_code, sum(c.total - coalesce(b.paid, 0)) AS open,
        sum(c.total - coalesce(b.paid, 0)) FILTER (WHERE c.due_on < :on) AS overdue
    FROM claims c
    LEFT JOIN LATERAL (SELECT sum(a.amount) AS paid FROM cabinet.allocations a WHERE a.number = c.number) b ON true
    WHERE c.total > coalesce(b.paid, 0)
    GROUP BY c.client_code
), fleets AS (
    SELECT client_code, max(fleet) AS peak
    FROM (
        SELECT c.client_code, u.business_date, sum(u.fleet_size) AS fleet
        FROM cabinet.contracts c
        JOIN cabinet.contract_days u USING (contract_no)
        WHERE c.client_code = ANY(CAST(:listed AS text[])) AND u.business_date BETWEEN :month AND :last
        GROUP BY c.client_code, u.business_date
    ) by_day
    GROUP BY client_code
)
SELECT
    k.client_code, k.name,
    CAST(coalesce((
        SELECT sum(i.total) FROM cabinet.invoices i WHERE i.client_code = k.client_code AND i.month = :month
    ), 0.00) AS numeric(16, 2)) AS billed,
    CAST(coalesce(d.open, 0.00) AS numeric(16, 2)) AS open, CAST(coalesce(d.overdue, 0.00) AS numeric(16, 2)) AS overdue, f.peak
FROM cabinet.clients k
LEFT JOIN debts d USING (client_code)
LEFT JOIN fleets f USING (client_code)
WHERE k.client_code = ANY (CAST(:clients AS text[])) AND k.client_code = ANY(CAST(:listed AS text[]))
ORDER BY k.name COLLATE "C", k.client_code COLLATE "C"

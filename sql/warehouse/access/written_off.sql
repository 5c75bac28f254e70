-- grain: client of an organization of whose debts something has been written off since our newest block of it, and not taken back
-- inputs: receivables.write_offs, receivables.payments, access.orders; :organization_code, :clients
-- rerun: reads only
SELECT DISTINCT d.client_code
FROM (
    SELECT p.organization_code, p.client_code, w.number, max(w.at) AS at
    FROM receivables.write_offs w
    JOIN receivables.payments p USING (payment_id)
    WHERE p.organization_code = :organization_code AND p.client_code = ANY(CAST(:clients AS text[]))
    GROUP BY p.organization_code, p.client_code, w.number
    HAVING sum(w.amount) > 0
) d
WHERE d.at >= (
    SELECT max(o.at) FROM access.orders o
    WHERE (o.organization_code, o.client_code, o.action) = (d.organization_code, d.client_code, 'block')
)

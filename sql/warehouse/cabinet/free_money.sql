-- grain: organization × client: money and credits that pay no invoice yet; below zero: an opening balance that nobody asks for
-- inputs: cabinet.payments, cabinet.allocations; :clients
-- rerun: reads only. A debt of go-live that is asked for is no money; see open_debts.sql
SELECT p.organization_code, p.client_code, sum(p.amount - coalesce(a.amount, 0))::numeric(14, 2) AS amount
FROM cabinet.payments p
LEFT JOIN LATERAL (SELECT sum(x.amount) AS amount FROM cabinet.allocations x WHERE x.payment_id = p.payment_id) a ON true
WHERE p.client_code = ANY (CAST(:clients AS text[])) AND p.due_on IS NULL
GROUP BY p.organization_code, p.client_code
HAVING sum(p.amount - coalesce(a.amount, 0)) <> 0
ORDER BY p.organization_code COLLATE "C", p.client_code COLLATE "C"

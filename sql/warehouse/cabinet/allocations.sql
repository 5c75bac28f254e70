-- grain: payment × invoice that it pays now, of the clients
-- inputs: cabinet.payments, cabinet.allocations; :clients, :payments (array of ids)
-- rerun: reads only. `rule`: by which it was found, of the newest allocation
SELECT
    a.payment_id, a.number, sum(a.amount)::numeric(14, 2) AS amount, (array_agg(a.rule ORDER BY a.allocation_no DESC))[1] AS rule
FROM cabinet.allocations a
JOIN cabinet.payments p USING (payment_id)
WHERE a.payment_id = ANY(CAST(:payments AS text[])) AND p.client_code = ANY (CAST(:clients AS text[]))
GROUP BY a.payment_id, a.number
HAVING sum(a.amount) <> 0
ORDER BY a.payment_id COLLATE "C", a.number COLLATE "C"

-- grain: invoice that asks for money, or debt of go-live with a due date, and every movement that paid it or took that back
-- inputs: receivables.claims, billing.invoices, receivables.payments, receivables.allocations; :last
-- rerun: reads only. `due_on`: the day from which the ladder counts; `known_from`: when it came into the ledger; `moves`: [moment, roubles]
SELECT
    c.number, c.organization_code, c.client_code, c.asked_from AS due_on, c.issued_on, c.total,
    coalesce(
        i.issued_at,
        (SELECT min(p.received_at) FROM receivables.payments p
         WHERE p.source = 'opening' AND (p.organization_code, p.client_code) = (c.organization_code, c.client_code))
    ) AS known_from,
    coalesce(m.moves, '[]') AS moves
FROM receivables.claims c
LEFT JOIN billing.invoices i USING (number)
LEFT JOIN (
    SELECT number, jsonb_agg(jsonb_build_array(at, amount::text) ORDER BY at, payment_id, allocation_no) AS moves
    FROM receivables.allocations GROUP BY number
) m USING (number)
WHERE c.issued_on <= :last
ORDER BY c.asked_from, c.number COLLATE "C"

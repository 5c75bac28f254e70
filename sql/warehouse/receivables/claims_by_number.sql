-- grain: claim that is named, or that the payment pays: what is open of it, and how much of the payment, less what was given back, pays it
-- inputs: receivables.claims, receivables.invoice_balances, receivables.allocations, receivables.payments; :payment_id, :numbers
-- rerun: reads only
WITH paid AS (
    SELECT a.number, sum(a.amount) AS amount
    FROM receivables.allocations a
    JOIN receivables.payments p USING (payment_id)
    WHERE coalesce(p.reverses, p.payment_id) = :payment_id
    GROUP BY a.number
)
SELECT
    c.number, c.organization_code, c.client_code, (c.total - coalesce(b.paid, 0))::numeric(14, 2) AS open,
    coalesce(x.amount, 0)::numeric(14, 2) AS own
FROM receivables.claims c
LEFT JOIN receivables.invoice_balances b USING (number)
LEFT JOIN paid x USING (number)
WHERE c.number = ANY(CAST(:numbers AS text[])) OR x.amount <> 0
ORDER BY c.number COLLATE "C"

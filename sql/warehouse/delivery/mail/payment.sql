-- grain: a payment as it stands now: what of it was not given back, what it pays, what of it pays nothing yet
-- inputs: receivables.payment_balances, receivables.payments, receivables.allocations; :payment_id
-- rerun: reads only
SELECT
    b.amount, b.left_over, b.client_code,
    coalesce((
        SELECT jsonb_agg(jsonb_build_array(s.number, s.amount::text) ORDER BY s.place)
        FROM (
            SELECT a.number, sum(a.amount) AS amount, min(a.allocation_no) AS place
            FROM receivables.allocations a
            JOIN receivables.payments p USING (payment_id)
            WHERE coalesce(p.reverses, p.payment_id) = b.payment_id
            GROUP BY a.number
            HAVING sum(a.amount) <> 0
        ) s
    ), '[]') AS parts
FROM receivables.payment_balances b
WHERE b.payment_id = :payment_id

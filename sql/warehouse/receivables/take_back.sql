-- grain: negative allocation of a reversal: what its payment no longer covers is taken back from the invoices that it paid, those that
--   the reversal names first, then the last
-- inputs: receivables.payments, receivables.allocations, receivables.payment_balances; :payment_id (of the reversal), :named (numbers of
--   invoices), :at
-- rerun: nothing is left to take back
INSERT INTO receivables.allocations (payment_id, allocation_no, number, amount, rule, at)
WITH missing AS (
    SELECT r.payment_id, r.reverses, -b.left_over AS amount
    FROM receivables.payments r
    JOIN receivables.payment_balances b ON b.payment_id = r.reverses
    WHERE r.payment_id = :payment_id AND b.left_over < 0
), held AS (
    SELECT a.number, sum(a.amount) AS amount, max(a.allocation_no) FILTER (WHERE a.payment_id = m.reverses) AS last_no
    FROM missing m
    JOIN receivables.payments p ON coalesce(p.reverses, p.payment_id) = m.reverses
    JOIN receivables.allocations a ON a.payment_id = p.payment_id
    GROUP BY a.number
    HAVING sum(a.amount) > 0
), ordered AS (
    SELECT number, amount, sum(amount) OVER (
        ORDER BY (number = ANY(CAST(:named AS text[]))) DESC, last_no DESC, number COLLATE "C" ROWS UNBOUNDED PRECEDING
    ) AS reaches
    FROM held
)
SELECT m.payment_id, row_number() OVER (ORDER BY o.reaches), o.number, -least(o.amount, m.amount - (o.reaches - o.amount)), 'reversal', :at
FROM missing m, ordered o
WHERE o.reaches - o.amount < m.amount

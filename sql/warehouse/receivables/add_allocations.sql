-- grain: allocation; numbered after those that the payment has
-- inputs: temporary table staged_allocations, receivables.allocations; :at
-- rerun: in the matching transaction only. The last numbers are read once: looked up row by row they are sought in a table that grows by
--   this very statement
INSERT INTO receivables.allocations (payment_id, allocation_no, number, amount, rule, at)
WITH numbered AS MATERIALIZED (
    SELECT a.payment_id, max(a.allocation_no) AS last_no
    FROM receivables.allocations a
    WHERE a.payment_id IN (SELECT payment_id FROM staged_allocations)
    GROUP BY a.payment_id
)
SELECT s.payment_id, coalesce(n.last_no, 0) + s.place, s.number, s.amount, s.rule, :at
FROM staged_allocations s
LEFT JOIN numbered n USING (payment_id)

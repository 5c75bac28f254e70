-- grain: allocation; numbered after those that the payment has
-- inputs: temporary table staged_allocations, receivables.allocations; :at
-- rerun: empties what was staged; in the matching transaction only. The last numbers are read once: looked up row by row they are sought in
--   a table that grows by this very statement
WITH part AS (
    DELETE FROM staged_allocations RETURNING payment_id, place, number, amount, rule
), numbered AS MATERIALIZED (
    SELECT a.payment_id, max(a.allocation_no) AS last_no
    FROM receivables.allocations a
    WHERE a.payment_id IN (SELECT payment_id FROM part)
    GROUP BY a.payment_id
)
INSERT INTO receivables.allocations (payment_id, allocation_no, number, amount, rule, at)
SELECT s.payment_id, coalesce(n.last_no, 0) + s.place, s.number, s.amount, s.rule, :at
FROM part s
LEFT JOIN numbered n USING (payment_id)

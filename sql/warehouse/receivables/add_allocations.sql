-- grain: allocation; numbered after those that the payment has
-- inputs: temporary table staged_allocations, receivables.allocations; :at
-- rerun: in the matching transaction only
INSERT INTO receivables.allocations (payment_id, allocation_no, number, amount, rule, at)
SELECT
    s.payment_id,
    coalesce((SELECT max(a.allocation_no) FROM receivables.allocations a WHERE a.payment_id = s.payment_id), 0) + s.place,
    s.number, s.amount, s.rule, :at
FROM staged_allocations s

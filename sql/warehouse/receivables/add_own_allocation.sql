-- grain: allocation by a person's word; below zero: what the payment no longer pays
-- inputs: receivables.allocations; :payment_id, :number, :amount, :at
-- rerun: under the lock of the ledger; numbered after those that the payment has
INSERT INTO receivables.allocations (payment_id, allocation_no, number, amount, rule, at)
SELECT :payment_id, coalesce(max(allocation_no), 0) + 1, :number, :amount, 'person', CAST(:at AS timestamptz)
FROM receivables.allocations WHERE payment_id = :payment_id

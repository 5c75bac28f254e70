-- grain: opening balance that is stored
-- inputs: receivables.payments
-- rerun: reads only
SELECT payment_id, paid_on, amount, due_on FROM receivables.payments WHERE source = 'opening'

-- grain: opening balance that is stored
-- inputs: receivables.payments
-- rerun: reads only
SELECT payment_id, paid_on, amount FROM receivables.payments WHERE source = 'opening'

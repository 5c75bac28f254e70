-- grain: reversal that takes back a payment not yet found
-- inputs: receivables.payments
-- rerun: reads only
SELECT payment_id FROM receivables.payments
WHERE amount < 0 AND reverses IS NULL
ORDER BY paid_on, payment_id COLLATE "C"

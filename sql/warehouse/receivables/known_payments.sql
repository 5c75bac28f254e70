-- grain: payment or reversal that is stored, of those asked for
-- inputs: receivables.payments; :ids
-- rerun: reads only
SELECT payment_id FROM receivables.payments WHERE payment_id = ANY(CAST(:ids AS text[])) ORDER BY payment_id COLLATE "C"

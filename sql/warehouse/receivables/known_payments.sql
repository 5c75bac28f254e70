-- grain: payment or reversal that is known by this id, of those asked for; same_as: the stored one that it is (NULL: itself)
-- inputs: temporary table staged_payments, receivables.payments, receivables.same_payments; :ids
-- rerun: reads only
SELECT payment_id, same_as
FROM (
    SELECT payment_id, NULL AS same_as FROM receivables.payments
    UNION ALL
    SELECT payment_id, NULL AS same_as FROM staged_payments
    UNION ALL
    SELECT payment_id, same_as FROM receivables.same_payments
) known
WHERE payment_id = ANY(CAST(:ids AS text[]))
ORDER BY payment_id COLLATE "C"

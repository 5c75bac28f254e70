-- grain: payment or reversal (credits are no payments): what it paid, what of it is the client's advance; a debt of go-live
--   that is asked for is none, above or below zero
-- inputs: receivables.payments, receivables.allocations, receivables.payment_balances,
--   receivables.no_refunds; :unmatched_only, :client, :from_day (NULL: all)
-- rerun: reads only
SELECT
    p.payment_id, p.source, p.organization_code, p.paid_on, p.amount, p.payer_inn, p.client_code, p.purpose,
    coalesce(a.amount, 0.00)::numeric(14, 2) AS matched,
    CASE WHEN p.client_code IS NULL OR p.due_on IS NOT NULL THEN 0.00 ELSE p.amount - coalesce(a.amount, 0) END::numeric(14, 2) AS advance
FROM receivables.payments p
LEFT JOIN (SELECT payment_id, sum(amount) AS amount FROM receivables.allocations GROUP BY payment_id) a USING (payment_id)
LEFT JOIN receivables.payment_balances b ON b.payment_id = coalesce(p.reverses, p.payment_id)
WHERE p.source NOT IN ('credit', 'write_off') AND (NOT :unmatched_only OR (
    p.client_code IS NULL AND b.left_over <> 0 AND NOT EXISTS (SELECT FROM receivables.no_refunds n WHERE n.payment_id = p.payment_id)
))
  AND (CAST(:client AS text) IS NULL OR p.client_code = :client)
  AND (CAST(:from_day AS date) IS NULL OR p.paid_on >= :from_day)
ORDER BY p.paid_on, p.organization_code, p.payment_id COLLATE "C"

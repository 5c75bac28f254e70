-- grain: one reversal → the payment that it takes back: of the same organization and the same payer, not later, with so much not yet
--   taken back; an equal amount before a larger one, then the latest
-- inputs: receivables.payments, receivables.payment_balances; :payment_id
-- rerun: a reversal that has its payment stays as it is
UPDATE receivables.payments r SET reverses = found.payment_id, client_code = found.client_code
FROM (
    SELECT r.payment_id AS reversal, p.payment_id, p.client_code
    FROM receivables.payments r
    JOIN receivables.payments p
        ON p.organization_code = r.organization_code AND p.amount > 0 AND p.source <> 'credit' AND p.paid_on <= r.paid_on
        AND (p.payer_account = r.payer_account OR (coalesce(r.payer_account, '') = '' AND p.payer_inn = r.payer_inn))
    JOIN receivables.payment_balances b ON b.payment_id = p.payment_id AND b.amount + r.amount >= 0
    WHERE r.payment_id = :payment_id
    ORDER BY b.amount + r.amount = 0 DESC, p.paid_on DESC, p.payment_id COLLATE "C"
    LIMIT 1
) found
WHERE r.payment_id = found.reversal AND r.reverses IS NULL

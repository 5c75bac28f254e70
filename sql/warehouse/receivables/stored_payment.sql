-- grain: one payment or reversal that is stored (no credit), with what was not given back of it and the invoices that it paid
-- inputs: receivables.payments, receivables.allocations; :payment_id
-- rerun: reads only
SELECT
    p.payment_id, p.organization_code, p.client_code, p.document_no, p.paid_on, p.amount,
    (p.amount + coalesce((SELECT sum(r.amount) FROM receivables.payments r WHERE r.reverses = p.payment_id), 0))::numeric(14, 2) AS left_over,
    coalesce(p.payer_account, '') AS payer_account, p.payer_inn,
    ARRAY(
        SELECT DISTINCT a.number FROM receivables.allocations a WHERE a.payment_id = p.payment_id ORDER BY a.number
    ) AS numbers,
    p.purpose, p.reverses
FROM receivables.payments p
WHERE p.payment_id = :payment_id AND p.source NOT IN ('credit', 'write_off')

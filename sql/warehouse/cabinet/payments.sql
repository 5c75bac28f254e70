-- grain: payment or reversal of the clients, newest first (credits, write-offs and opening balances are no payments)
-- inputs: cabinet.payments, cabinet.allocations; :clients, :most, :skipped
-- rerun: reads only. `found`: how many there are in all; `matched`: what of it pays invoices, the rest is an advance
SELECT
    p.payment_id, p.organization_code, p.client_code, p.source, p.document_no, p.paid_on, p.amount, p.purpose,
    coalesce(a.amount, 0.00)::numeric(14, 2) AS matched, count(*) OVER () AS found
FROM cabinet.payments p
LEFT JOIN LATERAL (SELECT sum(x.amount) AS amount FROM cabinet.allocations x WHERE x.payment_id = p.payment_id) a ON true
WHERE p.client_code = ANY (CAST(:clients AS text[])) AND p.source NOT IN ('credit', 'write_off', 'opening')
ORDER BY p.paid_on DESC, p.payment_id COLLATE "C" DESC
LIMIT :most OFFSET :skipped

-- grain: payment or reversal that came in a month, up to :on (credits are no payments): what it paid, what of it is the client's
--   advance, what is nobody's
-- inputs: receivables.payments, receivables.allocations, master.clients; :first, :last, :on
-- rerun: reads only
SELECT
    p.paid_on, p.source, p.document_no, p.payer_name, p.payer_inn, p.client_code, k.name AS client, p.amount, m.matched,
    CASE WHEN p.client_code IS NULL OR p.due_on IS NOT NULL THEN 0.00 ELSE p.amount - m.matched END::numeric(14, 2) AS advance,
    CASE WHEN p.client_code IS NULL THEN p.amount - m.matched ELSE 0.00 END::numeric(14, 2) AS unknown,
    m.invoices, p.purpose
FROM receivables.payments p
LEFT JOIN master.clients k USING (client_code)
CROSS JOIN LATERAL (
    SELECT coalesce(sum(amount), 0.00)::numeric(14, 2) AS matched, jsonb_agg(jsonb_build_array(number, amount::text) ORDER BY number COLLATE "C") AS invoices
    FROM (SELECT number, sum(amount) AS amount FROM receivables.allocations a WHERE a.payment_id = p.payment_id GROUP BY number) n
    WHERE amount <> 0
) m
WHERE p.source NOT IN ('credit', 'write_off') AND p.paid_on BETWEEN :first AND least(:last, CAST(:on AS date))
ORDER BY p.paid_on, p.organization_code, p.payment_id COLLATE "C"

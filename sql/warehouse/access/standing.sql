-- grain: organization × client (of :clients) that owes it something: what the ladder knows of it, and its open debts, oldest first
-- inputs: receivables.claims, receivables.invoice_balances, receivables.payments, receivables.allocations, access.promises, access.blocked,
--   master.clients, master.contracts, master.organizations; :clients, :on
-- rerun: reads only. `debts`: [number, day from which it is asked for, roubles open]; `free`: its money that pays nothing yet;
--   `promised_on`, `promised_until`: of its last promise (`has_parts`: of instalments); `has_clients`: others lie under it as their dealer
WITH debts AS (
    SELECT
        c.organization_code, c.client_code,
        jsonb_agg(
            jsonb_build_array(c.number, c.asked_from, CAST(c.total - coalesce(b.paid, 0) AS text)) ORDER BY c.due_on, c.number COLLATE "C"
        ) AS debts
    FROM receivables.claims c
    LEFT JOIN LATERAL (SELECT sum(x.paid) AS paid FROM receivables.invoice_balances x WHERE x.number = c.number) b ON true
    WHERE c.client_code = ANY(CAST(:clients AS text[])) AND c.issued_on <= :on AND c.total > coalesce(b.paid, 0)
    GROUP BY c.organization_code, c.client_code
)
SELECT
    d.organization_code, d.client_code, o.time_zone, k.category, k.never_block, d.debts,
    EXISTS (
        SELECT FROM master.clients u JOIN master.contracts c USING (client_code)
        WHERE u.dealer_code = d.client_code AND c.starts_on <= :on AND coalesce(c.ends_on, 'infinity') >= :on
    ) AS has_clients,
    coalesce((
        SELECT sum(p.amount - coalesce((SELECT sum(a.amount) FROM receivables.allocations a WHERE a.payment_id = p.payment_id), 0))
        FROM receivables.payments p
        WHERE (p.organization_code, p.client_code) = (d.organization_code, d.client_code) AND p.due_on IS NULL
    ), 0.00) AS free,
    l.until AS promised_until, CAST(l.at AT TIME ZONE o.time_zone AS date) AS promised_on, l.instalments IS NOT NULL AS has_parts,
    (
        SELECT min(b.effective_on) FROM access.blocked b
        WHERE (b.organization_code, b.client_code) = (d.organization_code, d.client_code)
    ) AS blocked_since
FROM debts d
JOIN master.clients k USING (client_code)
JOIN master.organizations o ON o.code = d.organization_code
LEFT JOIN LATERAL (
    SELECT p.until, p.at, p.instalments FROM access.promises p
    WHERE (p.organization_code, p.client_code) = (d.organization_code, d.client_code)
    ORDER BY p.promise_no DESC LIMIT 1
) l ON true
ORDER BY d.client_code COLLATE "C", d.organization_code COLLATE "C"

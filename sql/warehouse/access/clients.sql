-- grain: organization × client that is named, or (nobody is) that has a contract with it in force on :on, owes it, or is blocked for it
-- inputs: master.contracts, master.clients, receivables.claims, receivables.invoice_balances, receivables.payment_balances,
--   receivables.payments, access.promises, access.blocked; :on, :organizations, :clients (lists side by side, or NULL)
-- rerun: reads only. `promised_until`: of a promise of one day, not of a plan of instalments; `unclear`: unmatched money of a payer with
--   the client's ИНН; `below`: clients in force under it as their dealer
WITH RECURSIVE under (dealer, client_code) AS (
    SELECT dealer_code, client_code FROM master.clients WHERE dealer_code IS NOT NULL
    UNION
    SELECT u.dealer, c.client_code FROM under u JOIN master.clients c ON c.dealer_code = u.client_code
), below AS (
    SELECT u.dealer AS client_code, array_agg(DISTINCT u.client_code ORDER BY u.client_code) AS below
    FROM under u
    JOIN master.contracts k ON k.client_code = u.client_code AND k.starts_on <= :on AND coalesce(k.ends_on, 'infinity') >= :on
    WHERE u.dealer <> u.client_code
    GROUP BY u.dealer
), listed AS (
    SELECT * FROM unnest(CAST(:organizations AS text[]), CAST(:clients AS text[])) n (organization_code, client_code)
    UNION
    SELECT organization_code, client_code FROM master.contracts
    WHERE CAST(:clients AS text[]) IS NULL AND starts_on <= :on AND coalesce(ends_on, 'infinity') >= :on
    UNION
    SELECT i.organization_code, i.client_code
    FROM receivables.claims i LEFT JOIN receivables.invoice_balances b USING (number)
    WHERE CAST(:clients AS text[]) IS NULL AND i.total > coalesce(b.paid, 0)
    UNION
    SELECT organization_code, client_code FROM access.blocked WHERE CAST(:clients AS text[]) IS NULL
), unclear AS (
    SELECT b.organization_code, p.payer_inn, sum(b.left_over) AS amount
    FROM receivables.payment_balances b JOIN receivables.payments p USING (payment_id)
    WHERE b.client_code IS NULL AND b.left_over > 0 AND p.payer_inn IS NOT NULL
    GROUP BY b.organization_code, p.payer_inn
), promised AS (
    SELECT DISTINCT ON (organization_code, client_code) organization_code, client_code,
        CASE WHEN instalments IS NULL THEN until END AS until
    FROM access.promises ORDER BY organization_code, client_code, promise_no DESC
)
SELECT
    l.organization_code, l.client_code, c.category, c.never_block, p.until AS promised_until,
    coalesce(u.amount, 0.00)::numeric(14, 2) AS unclear,
    coalesce(b.below, ARRAY[]::text[]) AS below,
    (l.organization_code, l.client_code) IN (SELECT x.organization_code, x.client_code FROM access.blocked x) AS is_blocked
FROM listed l
JOIN master.clients c USING (client_code)
LEFT JOIN promised p USING (organization_code, client_code)
LEFT JOIN unclear u ON (u.organization_code, u.payer_inn) = (l.organization_code, c.inn)
LEFT JOIN below b USING (client_code)
ORDER BY l.organization_code COLLATE "C", l.client_code COLLATE "C"

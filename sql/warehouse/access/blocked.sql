-- grain: target × client × organization that we block now, accounts before what goes down with them
-- inputs: access.blocked, access.outcomes, access.orders, access.readings, receivables.claims, receivables.invoice_balances,
--   master.platforms; :client_code or NULL, :with_debts
-- rerun: reads only. `since`: the first order of the block that goes on; `state`: what was read back; `debt`: what is open and due
--   before it (0 where not asked for); `lifted_at`: somebody else has taken our block away; `state_now`: what was read after that
WITH held AS MATERIALIZED (
    SELECT b.*, o.state_after, o.is_ours
    FROM access.blocked b
    LEFT JOIN access.outcomes o USING (order_no)
    WHERE CAST(:client_code AS text) IS NULL OR b.client_code = :client_code
), debts AS (
    SELECT h.order_no, sum(i.total - coalesce(x.paid, 0)) AS debt
    FROM held h
    JOIN receivables.claims i
        ON (i.organization_code, i.client_code) = (h.organization_code, h.client_code) AND i.due_on < h.effective_on
    LEFT JOIN receivables.invoice_balances x USING (number)
    WHERE :with_debts AND i.total > coalesce(x.paid, 0)
    GROUP BY h.order_no
)
SELECT
    h.platform, p.kind, h.account_id, h.target, h.target_id, h.client_code, h.organization_code, h.effective_on AS since, h.order_no,
    h.reason, h.approved_by, h.state_after AS state, l.at AS lifted_at, l.edited_by AS lifted_by, l.edited_at, n.state AS state_now,
    p.time_zone, coalesce(d.debt, 0.00)::numeric(14, 2) AS debt
FROM held h
JOIN master.platforms p USING (platform)
LEFT JOIN debts d USING (order_no)
LEFT JOIN LATERAL (
    SELECT r.at, r.edited_by, r.edited_at
    FROM access.orders y JOIN access.readings r USING (order_no)
    WHERE (y.platform, y.target, y.target_id) = (h.platform, h.target, h.target_id) AND y.order_no >= h.order_no AND y.action = 'block'
        AND r.state = 'active'
    ORDER BY y.order_no, r.reading_no LIMIT 1
) l ON h.is_ours
LEFT JOIN LATERAL (
    SELECT r.state
    FROM access.orders y JOIN access.readings r USING (order_no)
    WHERE (y.platform, y.target, y.target_id) = (h.platform, h.target, h.target_id) AND y.order_no >= h.order_no
    ORDER BY y.order_no DESC, r.reading_no DESC LIMIT 1
) n ON l.at IS NOT NULL
ORDER BY
    h.platform COLLATE "C", h.account_id COLLATE "C", h.organization_code COLLATE "C", h.client_code COLLATE "C",
    (h.target <> 'account'), h.order_no

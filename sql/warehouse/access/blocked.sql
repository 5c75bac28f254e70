-- grain: target × client × organization that we block now, accounts before what goes down with them
-- inputs: access.blocked, access.outcomes, access.orders, access.lifted, access.targets, billing.invoices, receivables.invoice_balances,
--   master.platforms; :client_code or NULL
-- rerun: reads only. `since`: the first order of the block that goes on; `state`: what was read back; `debt`: what is open and due
--   before it; `lifted_at`: somebody else has taken our block away; `state_now`: what was read last
SELECT
    b.platform, p.kind, b.account_id, b.target, b.target_id, b.client_code, b.organization_code, b.effective_on AS since, b.order_no,
    b.reason, b.approved_by, o.state_after AS state, l.lifted_at, l.edited_by AS lifted_by, l.edited_at, t.state AS state_now, p.time_zone,
    coalesce((
        SELECT sum(i.total - coalesce(x.paid, 0))
        FROM billing.invoices i LEFT JOIN receivables.invoice_balances x USING (number)
        WHERE (i.organization_code, i.client_code) = (b.organization_code, b.client_code)
          AND i.total > coalesce(x.paid, 0) AND i.total > 0 AND i.due_on < b.effective_on
    ), 0.00)::numeric(14, 2) AS debt
FROM access.blocked b
JOIN master.platforms p USING (platform)
LEFT JOIN access.outcomes o USING (order_no)
LEFT JOIN access.lifted l USING (order_no)
LEFT JOIN access.targets t ON (t.platform, t.target, t.target_id) = (b.platform, b.target, b.target_id)
WHERE CAST(:client_code AS text) IS NULL OR b.client_code = :client_code
ORDER BY
    b.platform COLLATE "C", b.account_id COLLATE "C", b.organization_code COLLATE "C", b.client_code COLLATE "C",
    (b.target <> 'account'), b.order_no

-- grain: order from :first to :last that gave an account back: since when it was blocked, and what was read back (NULL: not yet)
-- inputs: access.orders, access.outcomes, master.clients, master.organizations; :first, :last
-- rerun: reads only. The day and `restored_at` are by the clock of the organization: a payment may come before the day's ladder
SELECT
    o.name AS organization, r.organization_code, r.client_code, k.name AS client, k.manager, r.platform, r.account_id,
    b.effective_on AS since, r.at AT TIME ZONE o.time_zone AS restored_at,
    CAST(r.at AT TIME ZONE o.time_zone AS date) - b.effective_on AS days, r.reason, x.state_after AS state
FROM access.orders r
JOIN master.organizations o ON o.code = r.organization_code
JOIN master.clients k USING (client_code)
LEFT JOIN access.outcomes x USING (order_no)
LEFT JOIN LATERAL (
    SELECT y.effective_on
    FROM access.orders y
    WHERE (y.platform, y.target, y.target_id, y.client_code, y.organization_code)
        = (r.platform, r.target, r.target_id, r.client_code, r.organization_code) AND y.action = 'block' AND y.order_no < r.order_no
    ORDER BY y.order_no DESC LIMIT 1
) b ON true
WHERE r.action = 'restore' AND r.target = 'account' AND CAST(r.at AT TIME ZONE o.time_zone AS date) BETWEEN :first AND :last
ORDER BY r.order_no

-- grain: order whose outcome has not been read back
-- inputs: access.orders, access.outcomes, master.platforms, access.blocked
-- rerun: reads only. `is_blocked`: somebody's block is in force on it
SELECT
    o.order_no, o.platform, p.kind, p.source, p.connection, p.time_zone, o.account_id, o.action,
    EXISTS (SELECT FROM access.blocked b WHERE (b.platform, b.account_id) = (o.platform, o.account_id)) AS is_blocked
FROM access.orders o
JOIN master.platforms p USING (platform)
LEFT JOIN access.outcomes x USING (order_no)
WHERE x.order_no IS NULL
ORDER BY o.order_no

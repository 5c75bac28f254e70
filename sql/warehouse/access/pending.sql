-- grain: order whose outcome has not been read back
-- inputs: access.orders, access.outcomes, access.attempts, access.acceptances, access.lifted, access.blocked, master.platforms;
--   :order_no or NULL
-- rerun: reads only. `is_blocked`: somebody's block is in force on its target; `is_attempted`: a write was begun and its end is not
--   known; `is_ours`: the block that may be found there is our own; `accepted_at`: its platform has said that it will carry it out
SELECT
    o.order_no, o.platform, p.kind, o.account_id, o.target, o.target_id, o.action,
    EXISTS (
        SELECT FROM access.blocked b WHERE (b.platform, b.target, b.target_id) = (o.platform, o.target, o.target_id)
    ) AS is_blocked,
    EXISTS (SELECT FROM access.attempts a WHERE a.order_no = o.order_no) AS is_attempted,
    EXISTS (
        SELECT FROM access.orders b
        JOIN access.outcomes y ON y.order_no = b.order_no AND y.is_ours AND y.state_after = 'blocked'
        WHERE (b.platform, b.target, b.target_id) = (o.platform, o.target, o.target_id) AND b.action = 'block'
            AND NOT EXISTS (SELECT FROM access.lifted l WHERE l.order_no = b.order_no)
            AND NOT EXISTS (
                SELECT FROM access.orders r JOIN access.outcomes z ON z.order_no = r.order_no AND z.state_after = 'active'
                WHERE (r.platform, r.target, r.target_id) = (b.platform, b.target, b.target_id) AND r.action = 'restore'
                    AND r.order_no > b.order_no
            )
    ) AS is_ours,
    (SELECT max(c.at) FROM access.acceptances c WHERE c.order_no = o.order_no) AS accepted_at
FROM access.orders o
JOIN master.platforms p USING (platform)
LEFT JOIN access.outcomes x USING (order_no)
WHERE x.order_no IS NULL AND (CAST(:order_no AS bigint) IS NULL OR o.order_no = :order_no)
ORDER BY o.order_no

-- grain: target on a live platform whose state says whether our orders still hold: what we block, and mapped accounts that we let in again
-- inputs: access.targets, access.orders, access.outcomes, access.blocked, master.accounts, master.platforms; :platform, :on
-- rerun: reads only. A target with an order that has not been carried out is not among them
SELECT t.order_no, t.target, t.target_id, t.state, t.last_reading_no, t.carried_out_at
FROM access.targets t
JOIN master.platforms p USING (platform)
WHERE t.platform = :platform AND p.kind <> 'files'
    AND NOT EXISTS (
        SELECT FROM access.orders o LEFT JOIN access.outcomes x USING (order_no)
        WHERE (o.platform, o.target, o.target_id) = (t.platform, t.target, t.target_id) AND x.order_no IS NULL
    )
    AND (
        EXISTS (SELECT FROM access.blocked b WHERE (b.platform, b.target, b.target_id) = (t.platform, t.target, t.target_id))
        OR (t.action = 'restore' AND t.target = 'account' AND EXISTS (
            SELECT FROM master.accounts a
            WHERE (a.platform, a.account_id) = (t.platform, t.target_id)
                AND a.valid_from <= :on AND coalesce(a.valid_to, 'infinity') >= :on
        ))
    )
ORDER BY t.order_no

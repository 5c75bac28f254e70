-- grain: target of a live platform whose state is not as our orders left it, with a contract of its client
-- inputs: access.targets, access.blocked, access.lifted, access.orders, master.accounts, master.contracts, master.platforms; :on
-- rerun: reads only. `block_lifted`: we block it, and it reads as not blocked; `block_stays`: we let it in again, and it reads as blocked
SELECT 'block_lifted' AS kind, b.platform, b.account_id, b.target, b.target_id, b.effective_on AS since, t.state_read_at, t.edited_by,
    t.edited_at, p.time_zone, k.contract_no, b.client_code
FROM access.targets t
JOIN LATERAL (
    SELECT * FROM access.blocked x WHERE (x.platform, x.target, x.target_id) = (t.platform, t.target, t.target_id)
    ORDER BY x.order_no LIMIT 1
) b ON true
JOIN master.platforms p ON p.platform = b.platform
LEFT JOIN LATERAL (
    SELECT min(a.contract_no COLLATE "C") AS contract_no
    FROM master.accounts a JOIN master.contracts c USING (contract_no)
    WHERE (a.platform, a.account_id, c.client_code) = (b.platform, b.account_id, b.client_code)
        AND a.valid_from <= :on AND coalesce(a.valid_to, 'infinity') >= :on
) k ON true
WHERE t.state = 'active' AND p.kind <> 'files' AND EXISTS (SELECT FROM access.lifted l WHERE l.order_no = b.order_no)
UNION ALL
SELECT 'block_stays', t.platform, t.account_id, t.target, t.target_id, o.effective_on, t.state_read_at, t.edited_by, t.edited_at, p.time_zone,
    k.contract_no, t.client_code
FROM access.targets t
JOIN access.orders o USING (order_no)
JOIN master.platforms p ON p.platform = t.platform
JOIN LATERAL (
    SELECT min(a.contract_no COLLATE "C") AS contract_no
    FROM master.accounts a
    WHERE (a.platform, a.account_id) = (t.platform, t.target_id) AND a.valid_from <= :on AND coalesce(a.valid_to, 'infinity') >= :on
) k ON k.contract_no IS NOT NULL
WHERE t.state = 'blocked' AND t.target = 'account' AND t.action = 'restore' AND p.kind <> 'files'
    AND NOT EXISTS (SELECT FROM access.blocked x WHERE (x.platform, x.target, x.target_id) = (t.platform, t.target, t.target_id))
ORDER BY 1, 2, 3, 4, 5

-- grain: account of a platform that is mapped on a day: a contract of it, since when we block it, or when we gave it back
-- inputs: master.accounts, access.blocked, access.targets, access.orders; :platform, :on
-- rerun: reads only. `given_back_on`: our newest order for it gave it back, and nothing of ours holds it
WITH held AS MATERIALIZED (
    SELECT b.target_id, min(b.effective_on) AS since
    FROM access.blocked b
    WHERE b.platform = :platform AND b.target = 'account'
    GROUP BY b.target_id
), given_back AS MATERIALIZED (
    SELECT t.target_id, o.effective_on
    FROM access.targets t
    JOIN access.orders o USING (order_no)
    WHERE t.platform = :platform AND t.target = 'account' AND t.action = 'restore'
)
SELECT a.account_id, min(a.contract_no COLLATE "C") AS contract_no, min(h.since) AS held_since, min(g.effective_on) AS given_back_on
FROM master.accounts a
LEFT JOIN held h ON h.target_id = a.account_id
LEFT JOIN given_back g ON g.target_id = a.account_id AND h.target_id IS NULL
WHERE a.platform = :platform AND a.valid_from <= :on AND coalesce(a.valid_to, 'infinity') >= :on
GROUP BY a.account_id
ORDER BY a.account_id COLLATE "C"

-- grain: a client of an organization as a letter about money must know it in the moment in which it is handed over
-- inputs: master.organizations, master.clients, access.promises, access.blocked,
--   access.targets, access.stop; :organization_code, :client_code
-- rerun: reads only; promised_until: of a promise of one day; is_blocked: by us; is_blocked_by_others: an account that we let in again
--   reads as blocked all the same
SELECT
    o.time_zone, c.never_block,
    EXISTS (SELECT FROM access.stop) AS is_stopped,
    (
        SELECT CASE WHEN p.instalments IS NULL THEN p.until END FROM access.promises p
        WHERE (p.organization_code, p.client_code) = (o.code, c.client_code) ORDER BY p.promise_no DESC LIMIT 1
    ) AS promised_until,
    EXISTS (SELECT FROM access.blocked b WHERE (b.organization_code, b.client_code) = (o.code, c.client_code)) AS is_blocked,
    EXISTS (
        SELECT FROM access.targets t
        WHERE (t.organization_code, t.client_code) = (o.code, c.client_code)
            AND t.target = 'account' AND t.action = 'restore' AND t.state = 'blocked'
    ) AS is_blocked_by_others
FROM master.organizations o
CROSS JOIN master.clients c
WHERE o.code = :organization_code AND c.client_code = :client_code

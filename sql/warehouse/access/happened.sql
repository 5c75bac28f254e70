-- grain: step that was taken: a letter that was queued for a debt, a client that was blocked or let in again, on which day
-- inputs: delivery.mail_outbox, access.orders, master.organizations; :letters, :first, :last
-- rerun: reads only. A client counts once a day, whatever number of accounts it has
SELECT
    m.organization_code, m.client_code, CAST(m.facts ->> 'on' AS date) AS day, coalesce(m.facts ->> 'step', m.event_kind) AS step,
    coalesce(m.facts ->> 'number', m.event_key) AS number
FROM delivery.mail_outbox m
WHERE m.event_kind = ANY(CAST(:letters AS text[])) AND CAST(m.facts ->> 'on' AS date) BETWEEN :first AND :last
UNION
SELECT organization_code, client_code, effective_on, action, '' FROM access.orders
WHERE target = 'account' AND action = 'block' AND effective_on BETWEEN :first AND :last
UNION
SELECT x.organization_code, x.client_code, CAST(x.at AT TIME ZONE o.time_zone AS date), x.action, ''
FROM access.orders x JOIN master.organizations o ON o.code = x.organization_code
WHERE x.target = 'account' AND x.action = 'restore' AND CAST(x.at AT TIME ZONE o.time_zone AS date) BETWEEN :first AND :last
ORDER BY 3, 1, 2, 4, 5

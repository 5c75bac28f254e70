-- grain: organization × step that was taken from :first to :last, in the order of their days: the debts that stood at it, what was owed by
--   them in the morning of that day, and the money that arrived for them from then on for :within days, unless the next step came before
-- inputs: delivery.mail_outbox, receivables.claims, receivables.allocations, receivables.payments; :letters, :first, :last, :on, :within
-- rerun: reads only. Money that was given back is none, corrections and write-offs are none. `waiting`: debts whose days are not over
--   by :on, which stand in no other figure; `letters`: how many of the letters have left
WITH told AS (
    SELECT
        m.organization_code, coalesce(m.facts ->> 'number', m.event_key) AS number, coalesce(m.facts ->> 'step', m.event_kind) AS step,
        CAST(m.facts ->> 'days' AS integer) AS days, CAST(m.facts ->> 'on' AS date) AS taken_on, m.state = 'sent' AS is_sent
    FROM delivery.mail_outbox m
    WHERE m.event_kind = ANY(CAST(:letters AS text[])) AND m.facts ? 'on'
    UNION ALL
    SELECT m.organization_code, d.debt ->> 0, 'block', NULL, CAST(m.facts ->> 'on' AS date), m.state = 'sent'
    FROM delivery.mail_outbox m CROSS JOIN LATERAL jsonb_array_elements(m.facts -> 'debts') d (debt)
    WHERE m.event_kind = 'blocked'
), taken AS (
    SELECT t.*, lead(t.taken_on) OVER (PARTITION BY t.number ORDER BY t.taken_on, t.days NULLS LAST, t.step) AS next_on
    FROM told t
), stepped AS (
    SELECT
        t.organization_code, t.step, t.days, t.taken_on, t.taken_on - c.due_on AS late, t.is_sent,
        t.taken_on + CAST(:within AS integer) >= CAST(:on AS date) AS is_waiting,
        c.total - coalesce(m.before, 0) AS owed, coalesce(m.arrived, 0) AS arrived
    FROM taken t
    JOIN receivables.claims c USING (number)
    CROSS JOIN LATERAL (
        SELECT
            sum(a.amount) FILTER (WHERE p.paid_on < t.taken_on) AS before,
            sum(a.amount) FILTER (
                WHERE r.source NOT IN ('credit', 'write_off') AND r.paid_on BETWEEN t.taken_on AND t.taken_on + CAST(:within AS integer)
                    AND r.paid_on < coalesce(t.next_on, 'infinity')
            ) AS arrived
        FROM receivables.allocations a
        JOIN receivables.payments p USING (payment_id)
        JOIN receivables.payments r ON r.payment_id = coalesce(p.reverses, p.payment_id)
        WHERE a.number = t.number
    ) m
    WHERE t.taken_on BETWEEN :first AND :last AND t.taken_on <= :on
)
SELECT
    organization_code, step, coalesce(min(days), mode() WITHIN GROUP (ORDER BY late)) AS days,
    count(*) FILTER (WHERE NOT is_waiting) AS debts,
    count(*) FILTER (WHERE NOT is_waiting AND is_sent) AS letters,
    coalesce(sum(owed) FILTER (WHERE NOT is_waiting), 0.00)::numeric(16, 2) AS owed,
    count(*) FILTER (WHERE NOT is_waiting AND arrived > 0) AS paid_debts,
    coalesce(sum(arrived) FILTER (WHERE NOT is_waiting), 0.00)::numeric(16, 2) AS collected,
    round(100 * sum(arrived) FILTER (WHERE NOT is_waiting) / nullif(sum(owed) FILTER (WHERE NOT is_waiting), 0), 1) AS share,
    count(*) FILTER (WHERE is_waiting) AS waiting
FROM stepped
WHERE owed > 0
GROUP BY organization_code, step
ORDER BY organization_code COLLATE "C", days, step COLLATE "C"

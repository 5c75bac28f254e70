-- grain: promise that was given from :first to :last, newest first: what was due and open in the morning of its day, and what was paid of
--   that by its last day (or by :on)
-- inputs: access.promises, master.organizations, master.clients, receivables.claims, receivables.allocations, receivables.payments;
--   :first, :last, :on
-- rerun: reads only. Money that was given back later is none, nor is a write-off. `replaced_on`: the client's next promise
WITH given AS (
    SELECT
        p.organization_code, p.client_code, p.promise_no, p.until, p.by_name, p.reason, CAST(p.at AT TIME ZONE o.time_zone AS date) AS given_on,
        lead(CAST(p.at AT TIME ZONE o.time_zone AS date)) OVER (
            PARTITION BY p.organization_code, p.client_code ORDER BY p.promise_no
        ) AS replaced_on
    FROM access.promises p
    JOIN master.organizations o ON o.code = p.organization_code
)
SELECT
    g.organization_code, g.client_code, g.promise_no, k.name AS client, g.given_on, g.until, coalesce(sum(d.owed), 0.00)::numeric(16, 2) AS owed,
    coalesce(sum(least(d.owed, d.paid)), 0.00)::numeric(16, 2) AS paid, g.replaced_on, g.by_name, g.reason
FROM given g
JOIN master.clients k USING (client_code)
LEFT JOIN LATERAL (
    SELECT
        c.total - coalesce(sum(a.amount) FILTER (WHERE p.paid_on < g.given_on), 0) AS owed,
        coalesce(sum(a.amount) FILTER (
            WHERE r.source <> 'write_off' AND r.paid_on BETWEEN g.given_on AND least(g.until, CAST(:on AS date))
        ), 0) AS paid
    FROM receivables.claims c
    LEFT JOIN receivables.allocations a USING (number)
    LEFT JOIN receivables.payments p USING (payment_id)
    LEFT JOIN receivables.payments r ON r.payment_id = coalesce(p.reverses, p.payment_id)
    WHERE (c.organization_code, c.client_code) = (g.organization_code, g.client_code)
        AND c.issued_on <= g.given_on AND c.due_on <= g.given_on
    GROUP BY c.number, c.total
    HAVING c.total > coalesce(sum(a.amount) FILTER (WHERE p.paid_on < g.given_on), 0)
) d ON true
WHERE g.given_on BETWEEN :first AND :last AND g.given_on <= :on
GROUP BY g.organization_code, g.client_code, k.name, g.promise_no, g.given_on, g.until, g.replaced_on, g.by_name, g.reason
ORDER BY g.given_on DESC, g.organization_code COLLATE "C", g.client_code COLLATE "C", g.promise_no DESC

-- grain: open invoice, or debt of go-live with a due date, of the named clients, and of those of whom a ladder may say something on
--   :on: a debt has come to its block or to a letter that was not queued yet, a letter waits, or a plan of instalments was made
-- inputs: temporary table ladder_claims, master.clients, delivery.mail_outbox, access.promises; :on, :letters, :whom ('blocked': only
--   the named, 'debtors': everybody, 'asked'), :organizations, :clients (the named, side by side), :steps (JSON list of organization_code,
--   category ('': none), step (null: the block), is_own (its letters may have it in their keys), first, last: the days from which a debt
--   is asked for then)
-- rerun: reads only. `due_on`: the day from which the ladder counts; `told`: the step whose letter is due, where it was queued. More
--   clients than needed do no harm, one too few would be forgotten
WITH steps AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(CAST(:steps AS jsonb))
        s (organization_code text, category text, step text, is_own boolean, first date, last date)
), marked AS MATERIALIZED (
    SELECT
        k.number, k.organization_code, k.client_code, k.due_on, k.open, b.last IS NOT NULL AS is_late, s.step,
        EXISTS (SELECT FROM delivery.mail_outbox m WHERE (m.event_kind, m.event_key) = (s.step, k.number))
        OR coalesce(s.is_own, false) AND EXISTS (
            SELECT FROM delivery.mail_outbox m
            WHERE m.event_kind = ANY(CAST(:letters AS text[])) AND m.event_key = k.number || ' ' || s.step
        ) AS is_told
    FROM ladder_claims k
    JOIN master.clients c USING (client_code)
    LEFT JOIN steps b
        ON b.step IS NULL AND (b.organization_code, b.category) = (k.organization_code, coalesce(c.category, '')) AND k.due_on <= b.last
    LEFT JOIN steps s
        ON s.step IS NOT NULL AND (s.organization_code, s.category) = (k.organization_code, coalesce(c.category, ''))
        AND k.due_on BETWEEN s.first AND s.last
    WHERE k.issued_on <= :on
)
SELECT m.number, m.organization_code, m.client_code, m.due_on, m.open, CASE WHEN m.is_told THEN m.step END AS told
FROM marked m
WHERE :whom = 'debtors' OR (m.organization_code, m.client_code) IN (
    SELECT * FROM unnest(CAST(:organizations AS text[]), CAST(:clients AS text[])) n (organization_code, client_code)
    UNION ALL
    SELECT x.organization_code, x.client_code FROM marked x
    WHERE :whom = 'asked' AND (x.is_late OR x.step IS NOT NULL AND NOT x.is_told)
    UNION ALL
    SELECT x.organization_code, x.client_code FROM delivery.mail_outbox x
    WHERE :whom = 'asked' AND x.state = 'queued' AND x.event_kind = ANY(CAST(:letters AS text[]))
    UNION ALL
    SELECT x.organization_code, x.client_code FROM access.promises x WHERE :whom = 'asked' AND x.instalments IS NOT NULL
)
ORDER BY m.due_on, m.number COLLATE "C"

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
), due AS MATERIALIZED (
    SELECT
        k.organization_code, k.client_code, k.number, s.step,
        EXISTS (SELECT FROM delivery.mail_outbox m WHERE (m.event_kind, m.event_key) = (s.step, k.number))
        OR s.is_own AND EXISTS (
            SELECT FROM delivery.mail_outbox m
            WHERE m.event_kind = ANY(CAST(:letters AS text[])) AND m.event_key = k.number || ' ' || s.step
        ) AS is_told
    FROM ladder_claims k
    JOIN master.clients c USING (client_code)
    JOIN steps s ON (s.organization_code, s.category) = (k.organization_code, coalesce(c.category, ''))
    WHERE k.due_on BETWEEN s.first AND s.last AND k.issued_on <= :on
), asked AS (
    SELECT * FROM unnest(CAST(:organizations AS text[]), CAST(:clients AS text[])) n (organization_code, client_code)
    UNION
    SELECT organization_code, client_code FROM due WHERE :whom = 'asked' AND (step IS NULL OR NOT is_told)
    UNION
    SELECT organization_code, client_code FROM delivery.mail_outbox
    WHERE :whom = 'asked' AND state = 'queued' AND event_kind = ANY(CAST(:letters AS text[]))
    UNION
    SELECT organization_code, client_code FROM access.promises WHERE :whom = 'asked' AND instalments IS NOT NULL
    UNION
    SELECT organization_code, client_code FROM ladder_claims WHERE :whom = 'debtors'
)
SELECT i.number, i.organization_code, i.client_code, i.due_on, i.open, d.step AS told
FROM ladder_claims i
JOIN asked USING (organization_code, client_code)
LEFT JOIN due d ON d.number = i.number AND d.step IS NOT NULL AND d.is_told
WHERE i.issued_on <= :on
ORDER BY i.due_on, i.number COLLATE "C"

-- grain: organization × client of which a ladder may say something on :on: a debt has come to its block or to a letter that was not
--   queued yet, a letter about a debt waits, or a plan of instalments was made
-- inputs: temporary table ladder_claims, master.clients, delivery.mail_outbox, access.promises; :on, :letters, :steps (JSON list of
--   organization_code, category ('': none), step and letter (null: the block), first, last: the days from which a debt is asked for then)
-- rerun: reads only. Who is blocked is read apart. More clients than needed do no harm, one too few would be forgotten
WITH steps AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(CAST(:steps AS jsonb))
        s (organization_code text, category text, step text, letter text, first date, last date)
), due AS MATERIALIZED (
    SELECT k.organization_code, k.client_code, k.number, s.step, s.letter
    FROM ladder_claims k
    JOIN master.clients c USING (client_code)
    JOIN steps s ON (s.organization_code, s.category) = (k.organization_code, coalesce(c.category, ''))
    WHERE k.due_on BETWEEN s.first AND s.last AND k.issued_on <= :on
)
SELECT organization_code, client_code FROM due WHERE step IS NULL
UNION
SELECT d.organization_code, d.client_code FROM due d
WHERE d.step IS NOT NULL AND NOT EXISTS (
    SELECT FROM delivery.mail_outbox m
    WHERE m.event_kind = d.letter AND m.event_key = CASE d.step WHEN d.letter THEN d.number ELSE d.number || ' ' || d.step END
)
UNION
SELECT organization_code, client_code FROM delivery.mail_outbox WHERE state = 'queued' AND event_kind = ANY(CAST(:letters AS text[]))
UNION
SELECT organization_code, client_code FROM access.promises WHERE instalments IS NOT NULL

-- grain: open invoice, or debt of go-live with a due date, of the named clients; `due_on`: the day from which the ladder counts; `done`:
--   steps told for it
-- inputs: temporary table ladder_claims, delivery.mail_outbox; :letters, :steps (names that are no letter's), :on, :organizations,
--   :clients (lists side by side)
-- rerun: reads only; a letter of a step with a name of its own has the step in its key, after the number
SELECT
    i.number, i.organization_code, i.client_code, i.due_on, i.open,
    ARRAY(
        SELECT coalesce(m.facts ->> 'step', m.event_kind) FROM delivery.mail_outbox m
        WHERE m.event_kind = ANY(CAST(:letters AS text[]))
            AND m.event_key = ANY(ARRAY[i.number] || ARRAY(SELECT i.number || ' ' || s.step FROM unnest(CAST(:steps AS text[])) s (step)))
    ) AS done
FROM ladder_claims i
JOIN unnest(CAST(:organizations AS text[]), CAST(:clients AS text[])) n (organization_code, client_code)
    USING (organization_code, client_code)
WHERE i.issued_on <= :on
ORDER BY i.due_on, i.number COLLATE "C"

-- grain: debt of a list × step that was told for it
-- inputs: delivery.mail_outbox; :numbers, :letters, :steps (names that may stand in the keys of letters)
-- rerun: reads only; a letter of a step with a name of its own has the step in its key, after the number
SELECT n.number, coalesce(m.facts ->> 'step', m.event_kind) AS step
FROM unnest(CAST(:numbers AS text[])) n (number)
JOIN delivery.mail_outbox m ON m.event_kind = ANY(CAST(:letters AS text[]))
    AND m.event_key = ANY(ARRAY[n.number] || ARRAY(SELECT n.number || ' ' || s.step FROM unnest(CAST(:steps AS text[])) s (step)))

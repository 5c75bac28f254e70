-- grain: open invoice, or debt of go-live with a due date; `due_on`: the day from which the ladder counts; `done`: steps told for it
-- inputs: receivables.claims, receivables.invoice_balances, delivery.mail_outbox; :letters, :steps (names that are no letter's), :on
-- rerun: reads only; a letter of a step with a name of its own has the step in its key, after the number
SELECT
    i.number, i.organization_code, i.client_code, i.asked_from AS due_on, (i.total - coalesce(b.paid, 0))::numeric(14, 2) AS open,
    ARRAY(
        SELECT coalesce(m.facts ->> 'step', m.event_kind) FROM delivery.mail_outbox m
        WHERE m.event_kind = ANY(CAST(:letters AS text[]))
            AND m.event_key = ANY(ARRAY[i.number] || ARRAY(SELECT i.number || ' ' || s.step FROM unnest(CAST(:steps AS text[])) s (step)))
    ) AS done
FROM receivables.claims i
LEFT JOIN receivables.invoice_balances b USING (number)
WHERE i.total > coalesce(b.paid, 0) AND i.issued_on <= :on
ORDER BY i.asked_from, i.number COLLATE "C"

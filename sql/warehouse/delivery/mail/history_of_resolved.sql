-- grain: a person's word on a letter; the state before it follows from the step before it
-- inputs: delivery.mail_attempts, delivery.mail_outbox; :everything or letters about :clients; from :since to before :until (NULL: no
--   bound)
-- rerun: reads only
SELECT
    'letters' AS sheet, concat_ws('|', word.event_kind, word.event_key) AS key, 'resolved' AS action,
    json_build_object(
        'state',
        CASE
            WHEN word.step_before IS NULL OR word.step_before = 'resolved' THEN 'suppressed'
            WHEN word.step_before = 'final_dot' OR word.outcome_before IN ('silent', 'died') THEN 'unknown'
            ELSE 'failed'
        END
    )::text AS before,
    json_build_object('state', CASE word.outcome WHEN 'again' THEN 'queued' ELSE word.outcome END)::text AS after,
    split_part(word.detail, ': ', 1) AS by_name,
    substr(word.detail, strpos(word.detail, ': ') + 2) AS reason,
    word.at
FROM (
    SELECT
        attempt.*,
        lag(step) OVER letter AS step_before,
        lag(outcome) OVER letter AS outcome_before
    FROM delivery.mail_attempts AS attempt
    WINDOW letter AS (PARTITION BY event_kind, event_key ORDER BY attempt_no, array_position(ARRAY['final_dot', 'result', 'resolved'], step))
) AS word
JOIN delivery.mail_outbox AS letter USING (event_kind, event_key)
WHERE word.step = 'resolved'
    AND word.at >= coalesce(CAST(:since AS timestamptz), '-infinity')
    AND word.at < coalesce(CAST(:until AS timestamptz), 'infinity')
    AND (:everything OR letter.client_code = ANY(CAST(:clients AS text[])))
ORDER BY word.at, word.event_kind, word.event_key, word.attempt_no

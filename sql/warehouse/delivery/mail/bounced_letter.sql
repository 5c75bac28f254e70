-- grain: letter that one of these Message-IDs was given to, locked for the one who reads the report; known: this report was read before
-- inputs: delivery.mail_outbox, delivery.mail_attempts; :letters (Message-IDs), :report
-- rerun: reads only
SELECT
    o.event_kind, o.event_key, o.state,
    ARRAY(
        SELECT DISTINCT r FROM delivery.mail_attempts a CROSS JOIN LATERAL unnest(a.recipients) r
        WHERE (a.event_kind, a.event_key) = (o.event_kind, o.event_key) AND a.outcome <> 'bounced'
    ) AS recipients,
    EXISTS (
        SELECT FROM delivery.mail_attempts a
        WHERE (a.event_kind, a.event_key) = (o.event_kind, o.event_key) AND a.outcome = 'bounced' AND a.message_id = :report
    ) AS known
FROM delivery.mail_outbox o
WHERE (o.event_kind, o.event_key) IN (
    SELECT b.event_kind, b.event_key FROM delivery.mail_outbox b WHERE b.message_id = ANY(CAST(:letters AS text[]))
    UNION
    SELECT a.event_kind, a.event_key FROM delivery.mail_attempts a
    WHERE a.message_id = ANY(CAST(:letters AS text[])) AND a.outcome <> 'bounced'
)
ORDER BY o.event_kind, o.event_key
FOR NO KEY UPDATE OF o

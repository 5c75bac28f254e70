-- grain: letter
-- inputs: delivery.mail_outbox; :states (which), :most
-- rerun: reads only
SELECT
    event_kind AS kind, event_key AS key, state, client_code, attempts, next_attempt_at AS next_attempt, accepted, bounced, sent_at,
    coalesce(last_error, '') AS detail
FROM delivery.mail_outbox
WHERE state = ANY(CAST(:states AS text[]))
ORDER BY queued_at DESC, event_kind, event_key
LIMIT :most

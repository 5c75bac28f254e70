-- grain: letter that a person decided about: sent after all, or to be sent again
-- inputs: :kind, :key, :state, :at
-- rerun: refused by its state: only unknown, failed and suppressed letters, and a lock keeps senders away
UPDATE delivery.mail_outbox
SET state = :state, attempts = attempts + 1, next_attempt_at = CAST(:at AS timestamptz), last_error = NULL,
    bounced = CASE WHEN :state = 'queued' THEN CAST('{}' AS text[]) ELSE bounced END,
    sent_at = CASE WHEN :state = 'sent' THEN CAST(:at AS timestamptz) END
WHERE (event_kind, event_key) = (:kind, :key) AND state IN ('unknown', 'failed', 'suppressed')
RETURNING attempts, coalesce(message_id, '') AS message_id

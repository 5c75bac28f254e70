-- grain: one letter that came back after it had been handed over
-- inputs: :kind, :key, :state, :accepted, :bounced, :error
-- rerun: under the lock of bounced_letter.sql only; the attempt that it counts is the report
UPDATE delivery.mail_outbox
SET state = :state, attempts = attempts + 1, accepted = CAST(:accepted AS text[]), bounced = CAST(:bounced AS text[]), last_error = :error,
    sent_at = CASE WHEN :state = 'sent' THEN sent_at END
WHERE (event_kind, event_key) = (:kind, :key)
RETURNING attempts

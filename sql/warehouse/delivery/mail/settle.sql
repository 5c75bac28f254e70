-- grain: one letter after an attempt
-- inputs: :kind, :key, :state, :attempts, :due, :message_id, :accepted, :bounced, :error, :at
-- rerun: under the sender's lock only
UPDATE delivery.mail_outbox
SET state = :state, attempts = :attempts, next_attempt_at = CAST(:due AS timestamptz), message_id = coalesce(:message_id, message_id),
    accepted = CAST(:accepted AS text[]), bounced = CAST(:bounced AS text[]), last_error = :error,
    sent_at = CASE WHEN :state = 'sent' THEN CAST(:at AS timestamptz) END
WHERE (event_kind, event_key) = (:kind, :key)

-- grain: one step of one attempt
-- inputs: :kind, :key, :attempt_no, :step, :outcome, :code, :detail, :recipients, :message_id, :at
-- rerun: never; a step happens once
INSERT INTO delivery.mail_attempts (event_kind, event_key, attempt_no, step, outcome, code, detail, recipients, message_id, at)
VALUES (:kind, :key, :attempt_no, :step, :outcome, :code, :detail, CAST(:recipients AS text[]), :message_id, CAST(:at AS timestamptz))

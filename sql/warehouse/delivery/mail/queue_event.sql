-- grain: one event to be told
-- inputs: :kind, :key, :organization_code, :client_code, :facts, :at
-- rerun: the same event again changes nothing
INSERT INTO delivery.mail_outbox (event_kind, event_key, organization_code, client_code, facts, queued_at, next_attempt_at)
VALUES (:kind, :key, :organization_code, :client_code, CAST(:facts AS jsonb), CAST(:at AS timestamptz), CAST(:at AS timestamptz))
ON CONFLICT (event_kind, event_key) DO NOTHING

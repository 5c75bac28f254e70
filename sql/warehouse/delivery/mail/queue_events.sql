-- grain: event to be told
-- inputs: :events, a JSON list of kind, key, organization_code, client_code and facts; :at
-- rerun: the same events again change nothing
INSERT INTO delivery.mail_outbox (event_kind, event_key, organization_code, client_code, facts, queued_at, next_attempt_at)
SELECT e.kind, e.key, e.organization_code, e.client_code, e.facts, CAST(:at AS timestamptz), CAST(:at AS timestamptz)
FROM jsonb_to_recordset(CAST(:events AS jsonb)) e (kind text, key text, organization_code text, client_code text, facts jsonb)
ON CONFLICT (event_kind, event_key) DO NOTHING

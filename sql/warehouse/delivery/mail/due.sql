-- grain: letter that is due, for a dry run
-- inputs: delivery.mail_outbox, master.clients; :due, :most, :client_kinds
-- rerun: reads only
SELECT o.event_kind, o.event_key
FROM delivery.mail_outbox o
LEFT JOIN master.clients c USING (client_code)
WHERE o.state = 'queued' AND o.next_attempt_at <= CAST(:due AS timestamptz)
  AND (NOT o.event_kind = ANY(CAST(:client_kinds AS text[])) OR c.delivery IN ('email', 'both') AND coalesce(btrim(c.email), '') <> '')
ORDER BY o.next_attempt_at, o.event_kind, o.event_key
LIMIT :most

-- grain: the next letter that is due, locked for this sender until its transaction ends
-- inputs: delivery.mail_outbox; :due, :tried (kind|key to leave out)
-- rerun: another sender gets another letter; a lock ends with the process that held it
SELECT o.event_kind, o.event_key
FROM delivery.mail_outbox o
WHERE o.state = 'queued' AND o.next_attempt_at <= CAST(:due AS timestamptz)
  AND NOT (o.event_kind || '|' || o.event_key = ANY(CAST(:tried AS text[])))
ORDER BY o.next_attempt_at, o.event_kind, o.event_key
LIMIT 1
FOR NO KEY UPDATE SKIP LOCKED

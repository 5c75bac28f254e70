-- grain: state of letters with its number and oldest
-- inputs: delivery.mail_outbox
-- rerun: reads only
SELECT state, count(*) AS letters, min(queued_at) AS oldest FROM delivery.mail_outbox GROUP BY state ORDER BY state

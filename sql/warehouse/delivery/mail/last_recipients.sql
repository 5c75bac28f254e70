-- grain: whom the last attempt of a letter was for, where nobody knows its outcome
-- inputs: delivery.mail_attempts; :kind, :key
-- rerun: reads only
SELECT recipients FROM delivery.mail_attempts
WHERE (event_kind, event_key) = (:kind, :key) AND step = 'result' AND outcome IN ('silent', 'died')
ORDER BY attempt_no DESC
LIMIT 1

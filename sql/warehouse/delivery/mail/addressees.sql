-- grain: client or audience that letters were handed over to at one address lately, or whose address it is today
-- inputs: delivery.mail_outbox, delivery.mail_attempts, master.clients; :forms (the address in lower case, as it may be written), :since,
--   :client_kinds (kinds of letters that go to clients)
-- rerun: reads only
WITH lately AS (
    SELECT DISTINCT CASE WHEN o.event_kind = ANY(CAST(:client_kinds AS text[])) THEN o.client_code END AS client_code
    FROM delivery.mail_attempts a
    JOIN delivery.mail_outbox o ON (o.event_kind, o.event_key) = (a.event_kind, a.event_key)
    WHERE a.step = 'result' AND a.outcome IN ('accepted', 'silent', 'died') AND a.at >= CAST(:since AS timestamptz)
      AND EXISTS (SELECT FROM unnest(a.recipients) r WHERE lower(r) = ANY(CAST(:forms AS text[])))
), today AS (
    SELECT c.client_code FROM master.clients c
    WHERE EXISTS (SELECT FROM regexp_split_to_table(c.email, '[,;\s]+') r WHERE lower(r) = ANY(CAST(:forms AS text[])))
)
SELECT client_code, client_code IN (SELECT client_code FROM lately) AS had_letters FROM (SELECT * FROM lately UNION SELECT * FROM today) t
ORDER BY client_code NULLS LAST

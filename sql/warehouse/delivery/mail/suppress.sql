-- grain: queued letter whose client wants no mail or has no address
-- inputs: delivery.mail_outbox, master.clients, master.organizations; :client_kinds (kinds told to clients), :at
-- rerun: takes what has come since; a letter that is being sent now is left to its sender. Missing addresses become findings
WITH waiting AS (
    SELECT o.event_kind, o.event_key
    FROM delivery.mail_outbox o JOIN master.clients c USING (client_code)
    WHERE o.state = 'queued' AND o.event_kind = ANY(CAST(:client_kinds AS text[]))
      AND (c.delivery NOT IN ('email', 'both') OR coalesce(btrim(c.email), '') = '')
    FOR NO KEY UPDATE OF o SKIP LOCKED
), silenced AS (
    UPDATE delivery.mail_outbox o
    SET state = 'suppressed',
        last_error = CASE WHEN c.delivery IN ('email', 'both') THEN 'the client has no e-mail address' ELSE 'delivery: ' || c.delivery END
    FROM waiting w, master.clients c
    WHERE (o.event_kind, o.event_key) = (w.event_kind, w.event_key) AND c.client_code = o.client_code
    RETURNING o.client_code, o.organization_code, c.name, c.delivery
), found AS (
    INSERT INTO findings.occurrences (kind, subject, first_day, last_day, parameters)
    SELECT 'missing_address', client_code, seen_on, seen_on, jsonb_build_object('name', name, 'delivery', delivery)
    FROM (
        SELECT
            s.client_code, s.name, s.delivery,
            min(CAST(CAST(:at AS timestamptz) AT TIME ZONE coalesce(g.time_zone, 'Europe/Moscow') AS date)) AS seen_on
        FROM silenced s LEFT JOIN master.organizations g ON g.code = s.organization_code
        WHERE s.delivery IN ('email', 'both')
        GROUP BY s.client_code, s.name, s.delivery
    ) silent
    ON CONFLICT (kind, subject, first_day) DO NOTHING
)
SELECT count(*) FROM silenced

-- grain: address by which a client was ever reached, in small letters
-- inputs: master.clients, master.history, delivery.mail_outbox, delivery.mail_attempts; :client, :client_kinds
-- rerun: reads only
SELECT DISTINCT lower(address) AS address
FROM (
    SELECT regexp_split_to_table(email, '[,;[:space:]]+') AS address FROM master.clients WHERE client_code = :client
    UNION ALL
    SELECT regexp_split_to_table(coalesce(told ->> 'email', ''), '[,;[:space:]]+')
    FROM master.history h, LATERAL (VALUES (h.before), (h.after)) rows_told (told)
    WHERE h.sheet = 'clients' AND coalesce(h.after, h.before) ->> 'client_code' = :client
    UNION ALL
    SELECT unnest(o.accepted || o.bounced || coalesce(a.recipients, '{}'))
    FROM delivery.mail_outbox o
    LEFT JOIN delivery.mail_attempts a USING (event_kind, event_key)
    WHERE o.client_code = :client AND o.event_kind = ANY(:client_kinds)
) reached
WHERE address LIKE '%@%'
ORDER BY address

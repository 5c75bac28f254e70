-- grain: finding about a letter to a client, without the addresses in its words
-- inputs: findings.occurrences, delivery.mail_outbox; :client
-- rerun: changes nothing where there is nothing left to erase
UPDATE findings.occurrences f SET
    detail = delivery.without_addresses(f.detail),
    parameters = CAST(delivery.without_addresses(CAST(f.parameters AS text)) AS jsonb)
FROM delivery.mail_outbox o
WHERE o.client_code = :client AND f.kind IN ('unconfirmed_mail', 'undelivered_mail') AND f.subject = o.event_kind || ' ' || o.event_key
    AND concat(f.detail, CAST(f.parameters AS text)) LIKE '%@%'

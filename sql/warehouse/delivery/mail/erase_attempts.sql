-- grain: attempt to hand a client's letter over, without the addresses that it was meant for
-- inputs: delivery.mail_outbox; :client, :client_kinds
-- rerun: changes nothing where there is nothing left to erase
UPDATE delivery.mail_attempts a SET
    recipients = array_fill(CAST('erased' AS text), ARRAY[cardinality(a.recipients)]), detail = delivery.without_addresses(a.detail)
FROM delivery.mail_outbox o
WHERE (o.event_kind, o.event_key) = (a.event_kind, a.event_key) AND o.client_code = :client AND o.event_kind = ANY(:client_kinds)
    AND (array_to_string(a.recipients, ' ') LIKE '%@%' OR a.detail <> delivery.without_addresses(a.detail))

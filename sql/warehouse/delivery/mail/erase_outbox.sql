-- grain: letter to a client, without the addresses that it went to
-- inputs: :client, :client_kinds
-- rerun: changes nothing where there is nothing left to erase
UPDATE delivery.mail_outbox SET
    accepted = array_fill(CAST('erased' AS text), ARRAY[cardinality(accepted)]),
    bounced = array_fill(CAST('erased' AS text), ARRAY[cardinality(bounced)]),
    last_error = delivery.without_addresses(last_error)
WHERE client_code = :client AND event_kind = ANY(:client_kinds) AND (
    array_to_string(accepted || bounced, ' ') LIKE '%@%' OR last_error IS DISTINCT FROM delivery.without_addresses(last_error)
)

-- grain: one row: changes asked for by a client, and requests to confirm of an address by any client, since a moment
-- inputs: master.address_changes; :client, :address, :since
-- rerun: reads only
SELECT
    count(*) FILTER (WHERE client_code = :client) AS of_client,
    count(*) FILTER (WHERE action = 'added' AND address = :address) AS of_address
FROM master.address_changes
WHERE asked_at > :since AND (client_code = :client OR address = :address)

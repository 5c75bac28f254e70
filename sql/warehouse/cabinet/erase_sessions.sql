-- grain: session of a browser of an address that is this client's alone
-- inputs: master.clients; :client, :addresses (in small letters)
-- rerun: removes what is left
DELETE FROM cabinet.sessions e
WHERE e.address = ANY(CAST(:addresses AS text[]))
    AND NOT EXISTS (SELECT FROM master.clients o WHERE o.client_code <> :client AND e.address = ANY(cabinet.addresses(o.email)))

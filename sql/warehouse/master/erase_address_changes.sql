-- grain: change of addresses that a client's people asked for
-- inputs: :client
-- rerun: removes what is left
DELETE FROM master.address_changes WHERE client_code = :client

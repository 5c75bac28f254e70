-- grain: one row: when an address of a client was last added by the cabinet, NULL where it never was
-- inputs: master.address_changes; :client, :address
-- rerun: reads only
SELECT max(applied_at) AS added_at
FROM master.address_changes
WHERE client_code = :client AND address = :address AND action = 'added'

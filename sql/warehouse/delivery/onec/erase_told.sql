-- grain: what a base of 1C told of a field that reaches a client's people
-- inputs: :client, :with_name
-- rerun: changes nothing where there is nothing left to erase
UPDATE delivery.onec_told_fields SET value = 'erased'
WHERE sheet = 'clients' AND code = :client AND value <> 'erased'
    AND (field IN ('email', 'phone', 'address', 'edo_id') OR (:with_name AND field IN ('name', 'full_name', 'inn')))

-- grain: finding that names an address of a client, or a value of it that 1C offered
-- inputs: :client
-- rerun: removes what is left
DELETE FROM findings.occurrences
WHERE (kind = 'bounced_address' AND starts_with(subject, :client || '/'))
    OR (kind = 'onec_offer' AND parameters ->> 'code' = :client AND split_part(subject, '/', 2) = 'clients')

-- grain: word that silenced a finding about an address of a client, without the address
-- inputs: findings.mutings; :client
-- rerun: changes nothing where there is nothing left to erase
UPDATE findings.mutings m SET subject = :client || '/erased ' || numbered.place
FROM (
    SELECT subject, dense_rank() OVER (ORDER BY subject) + coalesce((
        SELECT max(CAST(split_part(e.subject, '/erased ', 2) AS integer))
        FROM findings.mutings e WHERE e.kind = 'bounced_address' AND starts_with(e.subject, :client || '/erased ')
    ), 0) AS place
    FROM findings.mutings
    WHERE kind = 'bounced_address' AND starts_with(subject, :client || '/') AND NOT starts_with(subject, :client || '/erased ')
) numbered
WHERE m.kind = 'bounced_address' AND m.subject = numbered.subject

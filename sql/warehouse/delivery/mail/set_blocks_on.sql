-- grain: queued letter of a ladder's step; the day of the block as the latest ladder foresees it (NULL: nobody will be blocked for it)
-- inputs: delivery.mail_outbox; :organization_code, :steps (kinds), :days (JSON: invoice number → day)
-- rerun: the same ladder again changes nothing; a letter that is being handed over is left to its sender
UPDATE delivery.mail_outbox o
SET facts = jsonb_set(o.facts, '{blocks_on}', coalesce(CAST(:days AS jsonb) -> coalesce(o.facts ->> 'number', o.event_key), 'null'))
WHERE o.organization_code = :organization_code AND o.event_kind = ANY(CAST(:steps AS text[])) AND (o.event_kind, o.event_key) IN (
    SELECT q.event_kind, q.event_key FROM delivery.mail_outbox q
    WHERE q.state = 'queued' AND q.organization_code = :organization_code AND q.event_kind = ANY(CAST(:steps AS text[]))
        AND q.facts -> 'blocks_on'
            IS DISTINCT FROM coalesce(CAST(:days AS jsonb) -> coalesce(q.facts ->> 'number', q.event_key), 'null')
    FOR NO KEY UPDATE SKIP LOCKED
)

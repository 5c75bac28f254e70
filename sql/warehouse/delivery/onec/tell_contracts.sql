-- grain: contract of the peer's books that has changed, all of them when :is_full; one that has left the books is gone
-- inputs: master.history, master.contracts, delivery.onec_outbox, temporary table onec_told; :peer, :organizations, :from_date, :is_full,
--   :since_no
-- rerun: once per transaction
INSERT INTO onec_told (object_kind, object_key, digest)
WITH considered AS MATERIALIZED (
    SELECT coalesce(h.after, h.before) ->> 'contract_no' AS contract_no FROM master.history h
    WHERE NOT CAST(:is_full AS boolean) AND h.history_no > :since_no AND h.sheet = 'contracts'
    UNION
    SELECT c.contract_no FROM master.contracts c WHERE CAST(:is_full AS boolean) AND c.organization_code = ANY(CAST(:organizations AS text[]))
    UNION
    SELECT o.object_key FROM delivery.onec_outbox o WHERE CAST(:is_full AS boolean) AND o.peer = :peer AND o.object_kind = 'contract'
)
SELECT
    'contract', k.contract_no,
    CASE WHEN c.contract_no IS NULL THEN ''
        ELSE md5(CAST(jsonb_build_array(c.client_code, c.organization_code, c.signed_on, c.ends_on) AS text))
    END
FROM considered k
LEFT JOIN master.contracts c ON c.contract_no = k.contract_no AND c.organization_code = ANY(CAST(:organizations AS text[]))
WHERE coalesce(c.ends_on >= CAST(:from_date AS date), true)
   OR EXISTS (SELECT FROM delivery.onec_outbox o WHERE (o.peer, o.object_kind, o.object_key) = (:peer, 'contract', k.contract_no))

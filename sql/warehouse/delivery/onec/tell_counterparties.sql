-- grain: client that has changed, or whose access has, and has a contract in the peer's books; all such clients when :is_full
-- inputs: master.history, master.clients, master.contracts, access.orders, access.outcomes, access.blocked, delivery.onec_outbox,
--   temporary table onec_told; :peer, :organizations, :from_date, :is_full, :since_no, :since, :tells_access
-- rerun: once per transaction
INSERT INTO onec_told (object_kind, object_key, digest)
WITH considered AS MATERIALIZED (
    SELECT r.client_code
    FROM master.history h
    CROSS JOIN LATERAL (VALUES (h.before ->> 'client_code'), (h.after ->> 'client_code')) r (client_code)
    WHERE NOT CAST(:is_full AS boolean) AND h.history_no > :since_no AND h.sheet IN ('clients', 'contracts') AND r.client_code IS NOT NULL
    UNION
    SELECT o.client_code FROM access.orders o
    WHERE NOT CAST(:is_full AS boolean) AND CAST(:tells_access AS boolean) AND o.at > :since
    UNION
    SELECT o.client_code FROM access.outcomes x JOIN access.orders o USING (order_no)
    WHERE NOT CAST(:is_full AS boolean) AND CAST(:tells_access AS boolean) AND x.at > :since
    UNION
    SELECT c.client_code FROM master.contracts c
    WHERE CAST(:is_full AS boolean) AND c.organization_code = ANY(CAST(:organizations AS text[]))
    UNION
    SELECT o.object_key FROM delivery.onec_outbox o WHERE CAST(:is_full AS boolean) AND o.peer = :peer AND o.object_kind = 'counterparty'
)
SELECT
    'counterparty', k.client_code,
    CASE WHEN c.client_code IS NULL THEN ''
        ELSE md5(CAST(jsonb_build_array(c.name, c.full_name, c.inn, c.kpp, c.kind, c.category, :tells_access, b.blocked_on) AS text))
    END
FROM considered k
LEFT JOIN master.clients c USING (client_code)
LEFT JOIN (
    SELECT client_code, min(effective_on) AS blocked_on FROM access.blocked
    WHERE CAST(:tells_access AS boolean) AND organization_code = ANY(CAST(:organizations AS text[]))
    GROUP BY client_code
) b USING (client_code)
WHERE EXISTS (
    SELECT FROM master.contracts t
    WHERE t.client_code = k.client_code AND t.organization_code = ANY(CAST(:organizations AS text[]))
      AND coalesce(t.ends_on >= CAST(:from_date AS date), true)
)
OR EXISTS (SELECT FROM delivery.onec_outbox o WHERE (o.peer, o.object_kind, o.object_key) = (:peer, 'counterparty', k.client_code))

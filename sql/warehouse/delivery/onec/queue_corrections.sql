-- grain: run that issued something for a closed contract and month after its close, and is not in the sale that the peer knows
-- inputs: billing.invoices, billing.closed, delivery.onec_outbox; :peer, :organizations, :from_date, :valid_to, :at
-- rerun: adds nothing; only for a peer that takes corrections, after its sales were queued
WITH runs AS (
    SELECT
        i.contract_no || '|' || to_char(i.month, 'YYYY-MM') AS sale_key, i.issued_at, c.closed_at,
        dense_rank() OVER (PARTITION BY i.contract_no, i.month ORDER BY i.issued_at) AS run
    FROM billing.invoices i
    JOIN billing.closed c ON (c.contract_no, c.month) = (i.contract_no, i.month)
    WHERE i.organization_code = ANY(CAST(:organizations AS text[]))
      AND coalesce(i.month + interval '1 month' > CAST(:from_date AS date), true)
      AND coalesce(i.issued_on <= CAST(:valid_to AS date), true)
)
INSERT INTO delivery.onec_outbox (peer, object_kind, object_key, version, queued_at)
SELECT DISTINCT :peer, 'correction', r.sale_key || '|' || r.run, 1, CAST(:at AS timestamptz)
FROM runs r
JOIN (
    SELECT object_key AS sale_key, max(version) AS version FROM delivery.onec_outbox
    WHERE peer = :peer AND object_kind = 'sale'
    GROUP BY object_key
) s USING (sale_key)
WHERE r.issued_at > r.closed_at AND r.run > s.version
ON CONFLICT (peer, object_kind, object_key, version) DO NOTHING

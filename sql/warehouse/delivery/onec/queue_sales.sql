-- grain: sale of a contract and month that the peer must have in a version that was never queued for it; the version is the number of
--   runs that issued something for the month, of a peer that takes corrections only of those until its close
-- inputs: billing.invoices, billing.closed, delivery.onec_outbox; :peer, :organizations, :from_date, :valid_to, :takes_corrections, :at
-- rerun: adds nothing; so a peer that is new, or gets another organization or an earlier day, gets what it lacks
WITH due AS (
    SELECT
        i.contract_no || '|' || to_char(i.month, 'YYYY-MM') AS object_key,
        greatest(
            1,
            count(DISTINCT i.issued_at) FILTER (
                WHERE i.issued_at <= c.closed_at OR c.closed_at IS NULL OR NOT CAST(:takes_corrections AS boolean)
            )
        ) AS version
    FROM billing.invoices i
    LEFT JOIN billing.closed c ON (c.contract_no, c.month) = (i.contract_no, i.month)
    WHERE i.organization_code = ANY(CAST(:organizations AS text[]))
      AND coalesce(i.month + interval '1 month' > CAST(:from_date AS date), true)
      AND coalesce(i.issued_on <= CAST(:valid_to AS date), true)
    GROUP BY i.contract_no, i.month
)
INSERT INTO delivery.onec_outbox (peer, object_kind, object_key, version, queued_at)
SELECT :peer, 'sale', d.object_key, d.version, CAST(:at AS timestamptz)
FROM due d
WHERE d.version > coalesce(
    (
        SELECT max(o.version) FROM delivery.onec_outbox o
        WHERE (o.peer, o.object_kind, o.object_key) = (:peer, 'sale', d.object_key)
    ),
    0
)
ON CONFLICT (peer, object_kind, object_key, version) DO NOTHING

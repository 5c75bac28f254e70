-- grain: sale of a contract and month that the peer must have in a version that was never queued for it; the version is the number of
--   runs that issued something for the month, of a peer that takes corrections only of those until its close
-- inputs: billing.invoices, billing.closed, delivery.onec_outbox; :peer, :organizations, :from_date, :valid_to, :takes_corrections, :at
-- rerun: adds nothing; so a peer that is new, or gets another organization or an earlier day, gets what it lacks. Runs are told apart
--   before they are counted, and versions summed up beside them: by hashing, not one lookup for each of a year's sales
WITH runs AS (
    SELECT DISTINCT i.contract_no, i.month, i.issued_at
    FROM billing.invoices i
    WHERE i.organization_code = ANY(CAST(:organizations AS text[]))
      AND coalesce(i.month + interval '1 month' > CAST(:from_date AS date), true)
      AND coalesce(i.issued_on <= CAST(:valid_to AS date), true)
),
due AS (
    SELECT
        r.contract_no || '|' || to_char(r.month, 'YYYY-MM') AS object_key,
        greatest(
            1, count(*) FILTER (WHERE r.issued_at <= c.closed_at OR c.closed_at IS NULL OR NOT CAST(:takes_corrections AS boolean))
        ) AS version
    FROM runs r
    LEFT JOIN billing.closed c USING (contract_no, month)
    GROUP BY r.contract_no, r.month
)
INSERT INTO delivery.onec_outbox (peer, object_kind, object_key, version, queued_at)
SELECT :peer, 'sale', d.object_key, d.version, CAST(:at AS timestamptz)
FROM due d
LEFT JOIN (
    SELECT object_key, max(version) AS version FROM delivery.onec_outbox
    WHERE (peer, object_kind) = (:peer, 'sale')
    GROUP BY object_key
) known USING (object_key)
WHERE d.version > coalesce(known.version, 0)
ON CONFLICT (peer, object_kind, object_key, version) DO NOTHING

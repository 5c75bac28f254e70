-- grain: sale of a contract and month that a declared peer must have in a version that was never queued for it; the version is the
--   number of runs that issued something for the month, of a peer that takes corrections only of those until its close
-- inputs: delivery.onec_scopes, delivery.onec_peers, billing.invoices, billing.closed, delivery.onec_outbox; :at
-- rerun: adds nothing; so a peer that is new, or gets another organization or an earlier day, gets what it lacks
WITH due AS (
    SELECT
        s.peer, i.contract_no || '|' || to_char(i.month, 'YYYY-MM') AS object_key,
        greatest(
            1,
            count(DISTINCT i.issued_at) FILTER (
                WHERE i.issued_at <= c.closed_at OR c.closed_at IS NULL
                   OR NOT coalesce(p.receives && ARRAY['Документ.КорректировкаРеализацииТоваров', 'Документ.КорректировкаРеализации'], false)
            )
        ) AS version
    FROM delivery.onec_scopes s
    JOIN billing.invoices i USING (organization_code)
    LEFT JOIN billing.closed c ON (c.contract_no, c.month) = (i.contract_no, i.month)
    LEFT JOIN delivery.onec_peers p ON p.peer = s.peer
    WHERE (s.from_date IS NULL OR i.month + interval '1 month' > s.from_date)
      AND (s.valid_to IS NULL OR i.issued_on <= s.valid_to)
    GROUP BY s.peer, i.contract_no, i.month
)
INSERT INTO delivery.onec_outbox (peer, object_kind, object_key, version, queued_at)
SELECT d.peer, 'sale', d.object_key, d.version, CAST(:at AS timestamptz)
FROM due d
WHERE d.version > coalesce(
    (
        SELECT max(o.version) FROM delivery.onec_outbox o
        WHERE (o.peer, o.object_kind, o.object_key) = (d.peer, 'sale', d.object_key)
    ),
    0
)
ON CONFLICT (peer, object_kind, object_key, version) DO NOTHING

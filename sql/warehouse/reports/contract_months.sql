-- grain: contract that was billed for the month before, or is billed or drafted for this one: both totals, whether the closes left it
--   out, whether its client is billed in either month, and the causes that a run told (NULL: none has)
-- inputs: billing.drafts, billing.invoices (all kinds of both months), billing.parked, billing.causes, master.contracts, master.clients;
--   :month, :previous (first days), :purposes (array, of the drafts that count), :contracts (array; NULL: all)
-- rerun: reads only
WITH billed AS (
    SELECT contract_no, month, total FROM billing.invoices WHERE month IN (:month, :previous)
    UNION ALL
    SELECT contract_no, month, total FROM billing.drafts d
    WHERE d.month = :month AND d.purpose = ANY(:purposes) AND NOT d.discarded
      AND NOT (d.purpose IN ('prepay', 'watch') AND d.contract_no IN (
          SELECT contract_no FROM billing.drafts WHERE month = :month AND purpose = 'close' AND NOT discarded
      ))
), months AS (
    SELECT
        contract_no, (sum(total) FILTER (WHERE month = :previous))::numeric(16, 2) AS before,
        (sum(total) FILTER (WHERE month = :month))::numeric(16, 2) AS now
    FROM billed GROUP BY contract_no
), parked AS (
    SELECT contract_no, bool_or(month = :month) AS now, bool_or(month = :previous) AS before
    FROM billing.parked WHERE month IN (:month, :previous) AND purpose = 'close' GROUP BY contract_no
), clients AS (
    SELECT client_code, bool_or(m.before IS NOT NULL) AS before, bool_or(m.now IS NOT NULL OR p.now) AS now
    FROM master.contracts c
    LEFT JOIN months m USING (contract_no)
    LEFT JOIN parked p USING (contract_no)
    GROUP BY client_code
)
SELECT
    m.contract_no, c.client_code, k.name AS client, c.organization_code, c.ends_on, m.before, m.now,
    coalesce(p.now, false) AS is_parked, coalesce(p.before, false) AS was_parked,
    m.contract_no IN (
        SELECT contract_no FROM billing.drafts WHERE month = :month AND purpose = ANY(:purposes) AND NOT discarded
    ) AS is_drafted,
    coalesce(b.before, false) AS client_before, coalesce(b.now, false) AS client_now,
    t.fleet, t.terms, t.tariff, t.vat, t.changed
FROM months m
JOIN master.contracts c USING (contract_no)
JOIN master.clients k USING (client_code)
JOIN clients b USING (client_code)
LEFT JOIN parked p USING (contract_no)
LEFT JOIN billing.causes t ON t.month = :month AND t.contract_no = m.contract_no
WHERE CAST(:contracts AS text[]) IS NULL OR m.contract_no = ANY(CAST(:contracts AS text[]))
ORDER BY k.name COLLATE "C", c.client_code COLLATE "C", m.contract_no COLLATE "C"

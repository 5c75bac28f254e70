-- grain: contract that was billed for the month before, or is billed or drafted for this one: both totals, whether the closes left it
--   out, whether its client is billed in either month, and what its causes are told from: terms, and usage of both months by day
-- inputs: billing.drafts, billing.invoices (all kinds of both months), billing.parked, master.contracts, master.clients, master.terms,
--   usage.contract_days; :month, :previous (first days), :last, :purposes (array, of the drafts that count),
--   :contracts (array; NULL: all)
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
    m.contract_no, c.client_code, k.name AS client, c.organization_code, c.starts_on, c.ends_on, m.before, m.now,
    coalesce(p.now, false) AS is_parked, coalesce(p.before, false) AS was_parked,
    m.contract_no IN (
        SELECT contract_no FROM billing.drafts WHERE month = :month AND purpose = ANY(:purposes) AND NOT discarded
    ) AS is_drafted,
    coalesce(b.before, false) AS client_before, coalesce(b.now, false) AS client_now,
    CASE WHEN m.before IS NOT NULL AND m.now IS NOT NULL THEN (
        SELECT jsonb_agg(jsonb_build_object(
            'valid_from', t.valid_from, 'tariff_code', t.tariff_code, 'counting', t.counting, 'basis', t.basis,
            'prepaid_vehicles', t.prepaid_vehicles, 'discount_percent', t.discount_percent::text,
            'minimum', nullif(t.minimum, 0)::text, 'payment_days', t.payment_days
        ) ORDER BY t.valid_from)
        FROM master.terms t WHERE t.contract_no = m.contract_no AND t.valid_from <= :last
    ) END AS terms,
    CASE WHEN m.before IS NOT NULL AND m.now IS NOT NULL THEN (
        SELECT jsonb_agg(
            jsonb_build_array(u.business_date, u.fleet_size, u.online_minutes::text, nullif(u.meters, '{}')) ORDER BY u.business_date
        )
        FROM usage.contract_days u WHERE u.contract_no = m.contract_no AND u.business_date BETWEEN :previous AND :last
    ) END AS days
FROM months m
JOIN master.contracts c USING (contract_no)
JOIN master.clients k USING (client_code)
JOIN clients b USING (client_code)
LEFT JOIN parked p USING (contract_no)
WHERE CAST(:contracts AS text[]) IS NULL OR m.contract_no = ANY(CAST(:contracts AS text[]))
ORDER BY k.name COLLATE "C", c.client_code COLLATE "C", m.contract_no COLLATE "C"

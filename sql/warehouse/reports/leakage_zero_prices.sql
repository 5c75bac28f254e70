-- grain: contract × component × segment of the month that was priced at 0 and used: the fleet of its days, and what the contract was
--   billed for vehicles on them by its other components
-- inputs: findings.occurrences (zero_price: contract/tariff/component/first day of the segment, seen on its last; older subjects have
--   spaces for some slashes), master.components, master.contracts, master.clients, usage.contract_days, billing.invoices,
--   billing.invoice_lines, billing.drafts, billing.draft_lines; :first, :last, :month
-- rerun: reads only
WITH zero AS (
    SELECT f.contract_no, CAST(right(f.subject, 10) AS date) AS segment_from, f.last_day AS segment_to, c.name AS component, c.kind
    FROM findings.occurrences f
    JOIN LATERAL (
        SELECT m.name, m.kind
        FROM master.components m
        WHERE translate(concat_ws('/', f.contract_no, m.tariff_code, m.component_no), ' ', '/') = translate(left(f.subject, -11), ' ', '/')
          AND m.valid_from <= f.last_day
        ORDER BY m.valid_from DESC
        LIMIT 1
    ) c ON true
    WHERE f.kind = 'zero_price' AND f.last_day BETWEEN :first AND :last
), lines AS (
    SELECT i.contract_no, l.segment_from, l.segment_to, l.net
    FROM billing.invoices i
    JOIN billing.invoice_lines l USING (invoice_id)
    WHERE i.month = :month AND l.component_kind IN ('vehicles', 'vehicle_days') AND i.contract_no IN (SELECT contract_no FROM zero)
    UNION ALL
    SELECT d.contract_no, l.segment_from, l.segment_to, l.net
    FROM billing.drafts d
    JOIN billing.draft_lines l USING (invoice_id)
    WHERE d.month = :month AND NOT d.discarded AND l.component_kind IN ('vehicles', 'vehicle_days')
      AND d.contract_no IN (SELECT contract_no FROM zero)
      AND NOT (d.purpose IN ('prepay', 'watch') AND d.contract_no IN (
          SELECT contract_no FROM billing.drafts WHERE month = :month AND purpose = 'close' AND NOT discarded
      ))
)
SELECT
    z.contract_no, k.client_code, k.name AS client, z.component, z.kind IN ('vehicles', 'vehicle_days') AS is_per_vehicle, z.segment_from,
    coalesce(u.vehicles, 0) AS vehicles, coalesce(u.vehicle_days, 0) AS vehicle_days, coalesce(b.billed, 0.00)::numeric(16, 2) AS billed
FROM zero z
LEFT JOIN master.contracts c USING (contract_no)
LEFT JOIN master.clients k USING (client_code)
LEFT JOIN LATERAL (
    SELECT max(fleet_size) AS vehicles, sum(fleet_size) AS vehicle_days
    FROM usage.contract_days d
    WHERE d.contract_no = z.contract_no AND d.business_date BETWEEN z.segment_from AND z.segment_to
) u ON true
LEFT JOIN LATERAL (
    SELECT sum(net) AS billed
    FROM lines l
    WHERE l.contract_no = z.contract_no AND l.segment_from <= z.segment_to AND l.segment_to >= z.segment_from
) b ON true
ORDER BY z.contract_no COLLATE "C", z.segment_from, z.component COLLATE "C"

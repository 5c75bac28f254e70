-- grain: contract that the month's close left out: what is known of its fleet, and what it was billed for vehicles in the month before
--   that
-- inputs: billing.parked, billing.invoices, billing.invoice_lines, usage.contract_days, master.contracts, master.clients; :month (first
--   day), :last
-- rerun: reads only
SELECT
    p.contract_no, k.client_code, k.name AS client, p.russian,
    coalesce(u.vehicles, 0) AS vehicles, coalesce(u.vehicle_days, 0) AS vehicle_days, coalesce(b.billed, 0.00)::numeric(16, 2) AS billed
FROM billing.parked p
LEFT JOIN master.contracts c USING (contract_no)
LEFT JOIN master.clients k USING (client_code)
LEFT JOIN (
    SELECT contract_no, max(fleet_size) AS vehicles, sum(fleet_size) AS vehicle_days
    FROM usage.contract_days
    WHERE business_date BETWEEN :month AND :last
    GROUP BY contract_no
) u USING (contract_no)
LEFT JOIN (
    SELECT i.contract_no, sum(l.net) AS billed
    FROM billing.invoices i
    JOIN billing.invoice_lines l USING (invoice_id)
    WHERE i.month = :month AND l.component_kind IN ('vehicles', 'vehicle_days')
    GROUP BY i.contract_no
) b USING (contract_no)
WHERE p.month = :month AND p.purpose = 'close'
ORDER BY p.contract_no COLLATE "C"

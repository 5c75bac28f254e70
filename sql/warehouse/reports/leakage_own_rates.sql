-- grain: contract of a list: the last month before :first that it was billed for vehicles in, net and vehicle-days
-- inputs: billing.invoices, billing.invoice_lines, usage.contract_days; :first, :contracts (array)
-- rerun: reads only
SELECT DISTINCT ON (b.contract_no) b.contract_no, b.month, b.net, u.vehicle_days
FROM (
    SELECT i.contract_no, i.month, sum(l.net)::numeric(16, 2) AS net
    FROM billing.invoices i
    JOIN billing.invoice_lines l USING (invoice_id)
    WHERE i.contract_no = ANY(:contracts) AND i.month < :first AND l.component_kind IN ('vehicles', 'vehicle_days')
    GROUP BY i.contract_no, i.month
    HAVING sum(l.net) > 0
) b
JOIN LATERAL (
    SELECT sum(d.fleet_size) AS vehicle_days
    FROM usage.contract_days d
    WHERE d.contract_no = b.contract_no AND d.business_date BETWEEN b.month AND CAST(b.month + interval '1 month - 1 day' AS date)
) u ON u.vehicle_days > 0
ORDER BY b.contract_no, b.month DESC

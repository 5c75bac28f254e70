-- grain: contract × month of a run of months in which it was billed, or is drafted to be billed, for vehicles: net, and its vehicle-days
-- inputs: usage.contract_days, billing.invoices, billing.invoice_lines, billing.drafts, billing.draft_lines; :first, :last (days)
-- rerun: reads only
SELECT b.contract_no, b.month, b.net, u.vehicle_days
FROM (
    SELECT contract_no, month, sum(net)::numeric(16, 2) AS net
    FROM (
        SELECT i.contract_no, i.month, l.net
        FROM billing.invoices i
        JOIN billing.invoice_lines l USING (invoice_id)
        WHERE i.month BETWEEN :first AND :last AND l.component_kind IN ('vehicles', 'vehicle_days')
        UNION ALL
        SELECT d.contract_no, d.month, l.net
        FROM billing.drafts d
        JOIN billing.draft_lines l USING (invoice_id)
        WHERE d.month BETWEEN :first AND :last AND NOT d.discarded AND l.component_kind IN ('vehicles', 'vehicle_days')
          AND NOT (d.purpose IN ('prepay', 'watch') AND (d.contract_no, d.month) IN (
              SELECT contract_no, month FROM billing.drafts WHERE month BETWEEN :first AND :last AND purpose = 'close' AND NOT discarded
          ))
    ) lines
    GROUP BY contract_no, month
) b
JOIN (
    SELECT contract_no, CAST(date_trunc('month', business_date) AS date) AS month, sum(fleet_size) AS vehicle_days
    FROM usage.contract_days
    WHERE business_date BETWEEN :first AND :last
    GROUP BY 1, 2
) u USING (contract_no, month)
ORDER BY b.contract_no COLLATE "C", b.month

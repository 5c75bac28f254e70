-- grain: order whose payments have changed
-- inputs: temporary table onec_going, billing.invoices, receivables.allocations, receivables.payments
-- rerun: reads only
SELECT
    i.invoice_id, i.number, i.issued_on, i.total, i.evidence -> 'organization' AS organization, coalesce(a.paid, 0.00) AS paid, a.paid_on
FROM onec_going g
JOIN billing.invoices i ON i.number = g.object_key
LEFT JOIN (
    SELECT a.number, sum(a.amount) AS paid, max(p.paid_on) AS paid_on
    FROM receivables.allocations a
    JOIN receivables.payments p USING (payment_id)
    WHERE p.source <> 'write_off' AND a.number IN (SELECT object_key FROM onec_going WHERE object_kind = 'payment_status')
    GROUP BY a.number
) a ON a.number = i.number
WHERE g.object_kind = 'payment_status' AND i.total > 0
ORDER BY i.organization_code, i.year, i.sequence_no

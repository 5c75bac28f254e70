-- grain: invoice or draft (status NULL: whatever those who approved its run make it), with what was paid
-- inputs: billing.invoices, billing.drafts, billing.run_words, receivables.invoice_balances;
--   :month, :kind, :client, :contract, :from_day (issued on or after it), :overdue_on (due before it, not paid): NULL: all
-- rerun: reads only
SELECT * FROM (
    SELECT
        i.number, i.kind, 'issued' AS status, i.contract_no, i.client_code, to_char(i.month, 'YYYY-MM') AS period,
        i.issued_on, i.due_on, i.net, i.vat, i.total, coalesce(b.paid, 0)::numeric(14, 2) AS paid, i.currency, i.organization_code, i.sequence_no,
        NULL::text[] AS approved_by
    FROM billing.invoices i
    LEFT JOIN receivables.invoice_balances b USING (number)
    WHERE (CAST(:month AS date) IS NULL OR i.month = :month) AND (CAST(:kind AS text) IS NULL OR i.kind = :kind)
    UNION ALL
    SELECT
        NULL, d.kind, CASE WHEN d.discarded THEN 'discarded' END,
        d.contract_no, d.client_code, to_char(d.month, 'YYYY-MM'),
        NULL, NULL, d.net, d.vat, d.total, 0.00, d.currency, d.organization_code, NULL, w.approved_by
    FROM billing.drafts d
    LEFT JOIN billing.run_words w ON w.month = d.month AND w.purpose = d.purpose
    WHERE (CAST(:month AS date) IS NULL OR d.month = :month) AND (CAST(:kind AS text) IS NULL OR d.kind = :kind)
) listed
WHERE (CAST(:client AS text) IS NULL OR client_code = :client)
  AND (CAST(:contract AS text) IS NULL OR contract_no = :contract)
  AND (CAST(:from_day AS date) IS NULL OR issued_on >= :from_day)
  AND (CAST(:overdue_on AS date) IS NULL OR (due_on < :overdue_on AND total > paid AND total > 0))
ORDER BY period, organization_code, sequence_no NULLS LAST, contract_no COLLATE "C"

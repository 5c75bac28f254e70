-- grain: line of an issued invoice or of a draft
-- inputs: billing.invoices, billing.invoice_lines, billing.drafts, billing.draft_lines; :month, :kind, :client, :contract,
--   :from_day (issued on or after it): NULL: all
-- rerun: reads only
SELECT * FROM (
    SELECT
        i.number, i.contract_no, i.client_code, i.issued_on, l.line_no, l.component, l.segment_from, l.segment_to, l.quantity, l.price, l.share,
        l.quantity_exact, l.discount_percent, l.prices_include_vat,
        l.net, l.vat_rate, l.vat, l.total, i.organization_code, i.sequence_no, i.month
    FROM billing.invoices i
    JOIN billing.invoice_lines l USING (invoice_id)
    WHERE (CAST(:month AS date) IS NULL OR i.month = :month) AND (CAST(:kind AS text) IS NULL OR i.kind = :kind)
    UNION ALL
    SELECT
        NULL, d.contract_no, d.client_code, NULL, l.line_no, l.component, l.segment_from, l.segment_to, l.quantity, l.price, l.share,
        l.quantity_exact, l.discount_percent, l.prices_include_vat,
        l.net, l.vat_rate, l.vat, l.total, d.organization_code, NULL, d.month
    FROM billing.drafts d
    JOIN billing.draft_lines l USING (invoice_id)
    WHERE NOT d.discarded AND (CAST(:month AS date) IS NULL OR d.month = :month) AND (CAST(:kind AS text) IS NULL OR d.kind = :kind)
) listed
WHERE (CAST(:client AS text) IS NULL OR client_code = :client)
  AND (CAST(:contract AS text) IS NULL OR contract_no = :contract)
  AND (CAST(:from_day AS date) IS NULL OR issued_on >= :from_day)
ORDER BY month, organization_code, sequence_no NULLS LAST, contract_no COLLATE "C", line_no

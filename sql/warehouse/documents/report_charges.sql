-- grain: line of an issued invoice or a draft of the month
-- inputs: billing.invoices, billing.drafts, billing.invoice_lines, billing.draft_lines; :month
-- rerun: reads only
SELECT
    coalesce(i.number, '') AS number, l.line_no, i.contract_no, i.client, l.tariff_code, l.component, l.segment_from, l.segment_to,
    l.quantity, l.price, l.share, l.discount_percent, l.net, l.vat_rate, l.vat, l.total, l.arithmetic
FROM (
    SELECT b.invoice_id, b.number, b.organization_code, b.sequence_no, b.contract_no, b.evidence #>> '{client,name}' AS client
    FROM billing.invoices b WHERE b.month = :month
    UNION ALL
    SELECT d.invoice_id, NULL, d.organization_code, NULL, d.contract_no, d.evidence #>> '{client,name}'
    FROM billing.drafts d WHERE d.month = :month AND NOT d.discarded
      AND NOT (d.purpose IN ('prepay', 'watch') AND d.contract_no IN (
          SELECT contract_no FROM billing.drafts WHERE month = :month AND purpose = 'close' AND NOT discarded
      ))
) i
JOIN (
    SELECT x.* FROM billing.invoice_lines x JOIN billing.invoices b USING (invoice_id) WHERE b.month = :month
    UNION ALL
    SELECT y.* FROM billing.draft_lines y JOIN billing.drafts d USING (invoice_id) WHERE d.month = :month AND NOT d.discarded
) l USING (invoice_id)
ORDER BY i.organization_code, i.sequence_no NULLS LAST, i.contract_no COLLATE "C", i.invoice_id, l.line_no

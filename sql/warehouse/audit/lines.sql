-- grain: line of an issued invoice, or of one issued before it for the same contract and month, by an earlier run
-- inputs: billing.invoices, billing.invoice_lines (rows that are never changed); :number
-- rerun: reads only; the same rows for ever
SELECT
    i.number, i.kind, l.line_no, l.tariff_code, l.component_no, l.component, l.component_kind, l.segment_from, l.segment_to,
    l.quantity_exact, l.price, l.share, l.discount_percent, l.prices_include_vat, l.net, l.vat_rate, l.vat, l.total, l.arithmetic
FROM billing.invoices t
JOIN billing.invoices i USING (contract_no, month)
JOIN billing.invoice_lines l ON l.invoice_id = i.invoice_id
WHERE t.number = :number
  AND (
      i.number = t.number
      OR (
          (i.purpose, i.approval_no) <> (t.purpose, t.approval_no)
          AND (i.issued_at, i.year, i.sequence_no) < (t.issued_at, t.year, t.sequence_no)
      )
  )
ORDER BY i.issued_at, i.year, i.sequence_no, l.line_no

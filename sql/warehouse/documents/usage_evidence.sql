-- grain: evidence of usage: of the invoice itself (is_own), and of the last invoice before it for the same contract and month that
--   rests on counted days and was issued by another run
-- inputs: billing.invoices, billing.evidence (rows that are never changed); :invoice_id
-- rerun: reads only; the same rows for ever
SELECT
    x.invoice_id = i.invoice_id AS is_own, x.contract_no, x.month, x.evidence, e.tariffs, e.vehicles_path, e.vehicles_digest
FROM billing.invoices i
JOIN billing.invoices x ON (x.contract_no, x.month) = (i.contract_no, i.month)
JOIN billing.evidence e ON (e.month, e.purpose, e.approval_no) = (x.month, x.purpose, x.approval_no)
WHERE i.invoice_id = CAST(:invoice_id AS uuid)
  AND (
      x.invoice_id = i.invoice_id
      OR (
          x.purpose IN ('close', 'correct')
          AND (x.purpose, x.approval_no) <> (i.purpose, i.approval_no)
          AND x.issued_at < i.issued_at
          AND jsonb_array_length(x.evidence -> 'days') > 0
      )
  )
ORDER BY 1 DESC, x.issued_at DESC, x.year DESC, x.sequence_no DESC
LIMIT 2

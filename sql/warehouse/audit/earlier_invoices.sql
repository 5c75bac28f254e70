-- grain: invoice issued for the same contract and month by an earlier run, with its link in the chain
-- inputs: billing.invoices, billing.contents, billing.chain (rows that are never changed); :number
-- rerun: reads only; the same rows for ever
SELECT c.content AS invoice, k.link_no, k.previous, k.content, k.digest
FROM billing.invoices t
JOIN billing.invoices i USING (contract_no, month)
JOIN billing.contents c ON c.invoice_id = i.invoice_id
JOIN billing.chain k ON (k.organization_code, k.number) = (i.organization_code, i.number)
WHERE t.number = :number AND (i.purpose, i.approval_no) <> (t.purpose, t.approval_no)
  AND (i.issued_at, i.year, i.sequence_no) < (t.issued_at, t.year, t.sequence_no)
ORDER BY i.issued_at, i.year, i.sequence_no

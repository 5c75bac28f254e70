-- grain: invoice or draft of the month
-- inputs: billing.invoices, billing.drafts, master.clients, receivables.invoice_balances; :month, :today
-- rerun: reads only
SELECT
    i.number, i.kind,
    CASE
        WHEN coalesce(b.paid, 0) >= i.total THEN 'оплачен'
        WHEN i.due_on < :today THEN 'просрочен'
        WHEN coalesce(b.paid, 0) > 0 THEN 'оплачен частично'
        ELSE 'выставлен'
    END AS status,
    i.organization_code, i.client_code, i.evidence #>> '{client,name}' AS client, i.contract_no, i.issued_on, i.due_on,
    i.net, i.vat, i.total, coalesce(b.paid, 0)::numeric(14, 2) AS paid, i.sequence_no
FROM billing.invoices i
LEFT JOIN receivables.invoice_balances b USING (number)
WHERE i.month = :month
UNION ALL
SELECT '', d.kind, 'черновик', d.organization_code, d.client_code, d.evidence #>> '{client,name}', d.contract_no, NULL, NULL,
    d.net, d.vat, d.total, 0.00, NULL
FROM billing.drafts d WHERE d.month = :month AND NOT d.discarded
  AND NOT (d.purpose IN ('prepay', 'watch') AND d.contract_no IN (
      SELECT contract_no FROM billing.drafts WHERE month = :month AND purpose = 'close' AND NOT discarded
  ))
ORDER BY organization_code, sequence_no NULLS LAST, contract_no, kind

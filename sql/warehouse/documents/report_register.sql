-- grain: invoice or draft of the month, paid as of :on
-- inputs: billing.invoices, billing.invoice_lines, billing.drafts, billing.draft_lines, master.organizations, receivables.payments,
--   receivables.allocations; :month, :on
-- rerun: reads only
WITH paid AS (
    SELECT
        a.number, sum(a.amount)::numeric(14, 2) AS paid,
        coalesce(sum(a.amount) FILTER (WHERE p.source = 'write_off'), 0) AS written_off
    FROM receivables.allocations a
    JOIN receivables.payments p USING (payment_id)
    WHERE p.paid_on <= :on AND a.number IN (SELECT number FROM billing.invoices WHERE month = :month)
    GROUP BY a.number
)
SELECT * FROM (
    SELECT
        i.number, i.kind,
        CASE
            WHEN i.issued_on > :on THEN 'ещё не выставлен'
            WHEN i.total < 0 THEN 'к зачёту'
            WHEN coalesce(p.paid, 0) >= i.total AND p.written_off > 0 THEN 'списан'
            WHEN coalesce(p.paid, 0) >= i.total THEN 'оплачен'
            WHEN i.due_on < :on THEN 'просрочен'
            WHEN coalesce(p.paid, 0) > 0 THEN 'оплачен частично'
            ELSE 'выставлен'
        END AS status,
        o.name AS organization, i.client_code, i.evidence #>> '{client,name}' AS client, i.contract_no, i.issued_on, i.due_on,
        i.net, i.vat, i.total, coalesce(p.paid, 0)::numeric(14, 2) AS paid, l.lines, i.organization_code, i.sequence_no, i.invoice_id
    FROM billing.invoices i
    JOIN master.organizations o ON o.code = i.organization_code
    JOIN (
        SELECT invoice_id, count(*) AS lines FROM billing.invoice_lines JOIN billing.invoices b USING (invoice_id)
        WHERE b.month = :month GROUP BY invoice_id
    ) l USING (invoice_id)
    LEFT JOIN paid p USING (number)
    WHERE i.month = :month
    UNION ALL
    SELECT '', d.kind, 'черновик', o.name, d.client_code, d.evidence #>> '{client,name}', d.contract_no, NULL, NULL,
        d.net, d.vat, d.total, 0.00, (SELECT count(*) FROM billing.draft_lines x WHERE x.invoice_id = d.invoice_id), d.organization_code, NULL,
        d.invoice_id
    FROM billing.drafts d
    JOIN master.organizations o ON o.code = d.organization_code
    WHERE d.month = :month AND NOT d.discarded
      AND NOT (d.purpose IN ('prepay', 'watch') AND d.contract_no IN (
          SELECT contract_no FROM billing.drafts WHERE month = :month AND purpose = 'close' AND NOT discarded
      ))
) r
ORDER BY organization_code, sequence_no NULLS LAST, contract_no COLLATE "C", invoice_id

-- grain: organization × entry of a client's account up to :last: invoices and corrections raise or lower the debt, payments lower it,
--   reversals raise it
-- inputs: billing.invoices, receivables.client_entries, receivables.payments; :client_code, :last
-- rerun: reads only
SELECT e.organization_code, e.dated, e.document, e.debit, e.credit
FROM (
    SELECT
        organization_code, issued_on AS dated, 1 AS place, number AS key,
        CASE WHEN total < 0 THEN 'Корректировка № ' ELSE 'Счёт № ' END || number AS document,
        greatest(total, 0.00) AS debit, greatest(-total, 0.00) AS credit
    FROM billing.invoices
    WHERE client_code = :client_code AND issued_on <= :last
    UNION ALL
    SELECT
        c.organization_code, c.paid_on, 2, c.payment_id,
        CASE WHEN p.amount < 0 THEN 'Возврат' ELSE 'Оплата' END || coalesce(' № ' || nullif(p.document_no, ''), ''),
        greatest(-c.amount, 0.00), greatest(c.amount, 0.00)
    FROM receivables.client_entries c
    JOIN receivables.payments p USING (payment_id)
    WHERE c.client_code = :client_code AND c.paid_on <= :last
) e
ORDER BY e.organization_code COLLATE "C", e.dated, e.place, e.key COLLATE "C"

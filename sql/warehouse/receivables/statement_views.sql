-- grain: organization: the two views of a client's account on :last, and what stands between them. `debts`: open of the invoices issued
--   by then and of the debts of go-live with a due date, as `ageing` has it; `unserved`: invoices issued by then whose act is later or
--   does not exist; `uninvoiced`: acts of that day or before whose invoices were issued later; `free`: payments and corrections in the
--   client's favour that pay none of those invoices
-- inputs: billing.invoices, billing.closed, receivables.claims, receivables.payments, receivables.allocations;
--   :client_code, :last
-- rerun: reads only
WITH invoices AS (
    SELECT
        i.organization_code, i.number, i.total, i.issued_on <= :last AS is_issued,
        coalesce(
            CASE WHEN i.issued_at > c.closed_at THEN i.issued_on ELSE CAST(i.month + interval '1 month' AS date) - 1 END <= :last, false
        )
            AND c.month IS NOT NULL AS is_served
    FROM billing.invoices i
    LEFT JOIN billing.closed c ON (c.contract_no, c.month) = (i.contract_no, i.month)
    WHERE i.client_code = :client_code
), owed AS (
    SELECT number, invoice_id, organization_code, issued_on, total FROM receivables.claims WHERE client_code = :client_code
), paid AS (
    SELECT i.number, sum(a.amount) AS amount
    FROM invoices i
    JOIN receivables.allocations a USING (number)
    JOIN receivables.payments p USING (payment_id)
    WHERE p.paid_on <= :last
    GROUP BY i.number
), parts AS (
    SELECT
        i.organization_code,
        CASE WHEN i.is_issued AND i.total > 0 THEN greatest(i.total - coalesce(p.amount, 0), 0) ELSE 0 END AS debts,
        CASE WHEN i.is_issued AND NOT i.is_served THEN i.total ELSE 0 END AS unserved,
        CASE WHEN i.is_served AND NOT i.is_issued THEN i.total ELSE 0 END AS uninvoiced,
        CASE WHEN NOT i.is_issued THEN 0 WHEN i.total < 0 THEN -i.total ELSE -least(coalesce(p.amount, 0), i.total) END AS free
    FROM invoices i
    LEFT JOIN paid p USING (number)
    UNION ALL
    SELECT c.organization_code, c.total - c.paid, 0, 0, c.total - c.paid
    FROM (
        SELECT
            o.organization_code, o.total,
            coalesce((
                SELECT sum(a.amount)
                FROM receivables.allocations a
                JOIN receivables.payments m USING (payment_id)
                WHERE a.number = o.number AND m.paid_on <= :last
            ), 0) AS paid
        FROM owed o
        WHERE o.invoice_id IS NULL AND o.issued_on <= :last
    ) c
    UNION ALL
    SELECT p.organization_code, 0, 0, 0, a.amount
    FROM owed o
    JOIN receivables.allocations a USING (number)
    JOIN receivables.payments p USING (payment_id)
    WHERE p.source <> 'credit' AND p.paid_on <= :last
    UNION ALL
    SELECT
        p.organization_code, 0, 0, 0,
        p.amount - coalesce((SELECT sum(a.amount) FROM receivables.allocations a WHERE a.payment_id = p.payment_id), 0)
    FROM receivables.payments p
    WHERE p.client_code = :client_code AND p.source <> 'credit' AND p.paid_on <= :last
)
SELECT
    organization_code, sum(debts)::numeric(14, 2) AS debts, sum(unserved)::numeric(14, 2) AS unserved,
    sum(uninvoiced)::numeric(14, 2) AS uninvoiced, sum(free)::numeric(14, 2) AS free
FROM parts
GROUP BY organization_code

-- grain: organization × client that owes or has paid ahead on :on: open invoices by days past due (the same debts as
--   receivables/ageing), and money of the client that pays nothing yet, credits of corrections included; who owes
--   most comes first
-- inputs: receivables.open_invoices, receivables.payments, receivables.allocations, master.organizations, master.clients; :on
-- rerun: reads only
WITH paid AS (
    SELECT a.payment_id, sum(a.amount) AS amount
    FROM receivables.allocations a
    JOIN receivables.payments p USING (payment_id)
    WHERE p.paid_on <= :on
    GROUP BY a.payment_id
), debts AS (
    SELECT
        organization_code, client_code,
        ARRAY[
            coalesce(sum(open) FILTER (WHERE days < 0), 0.00), coalesce(sum(open) FILTER (WHERE days = 0), 0.00),
            coalesce(sum(open) FILTER (WHERE days BETWEEN 1 AND 30), 0.00), coalesce(sum(open) FILTER (WHERE days BETWEEN 31 AND 60), 0.00),
            coalesce(sum(open) FILTER (WHERE days BETWEEN 61 AND 90), 0.00), coalesce(sum(open) FILTER (WHERE days > 90), 0.00)
        ] AS buckets,
        sum(open) AS total, count(*) AS invoices
    FROM (SELECT *, CAST(:on AS date) - due_on AS days FROM receivables.open_invoices(:on)) o
    GROUP BY organization_code, client_code
), advances AS (
    SELECT p.organization_code, p.client_code, sum(p.amount - coalesce(a.amount, 0)) AS advance
    FROM receivables.payments p
    LEFT JOIN paid a USING (payment_id)
    WHERE p.client_code IS NOT NULL AND p.paid_on <= :on AND p.due_on IS NULL
    GROUP BY p.organization_code, p.client_code
    HAVING sum(p.amount - coalesce(a.amount, 0)) <> 0
)
SELECT
    o.name AS organization, client_code, k.name AS client, k.inn,
    coalesce(d.buckets, ARRAY[0.00, 0.00, 0.00, 0.00, 0.00, 0.00]) AS buckets,
    coalesce(d.total, 0.00)::numeric(16, 2) AS total, coalesce(a.advance, 0.00)::numeric(16, 2) AS advance, coalesce(d.invoices, 0) AS invoices
FROM debts d
FULL JOIN advances a USING (organization_code, client_code)
LEFT JOIN master.organizations o ON o.code = organization_code
LEFT JOIN master.clients k USING (client_code)
ORDER BY coalesce(d.total, 0.00) DESC, organization_code COLLATE "C", client_code COLLATE "C"

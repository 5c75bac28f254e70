-- Takes away due dates of the debts of go-live; refused where one of them was paid, for nobody would know what the money was for.
DO $$
BEGIN
    IF EXISTS (SELECT FROM receivables.allocations a JOIN receivables.claims c USING (number) WHERE c.invoice_id IS NULL) THEN
        RAISE EXCEPTION 'payments pay debts of go-live, which an earlier version does not know';
    END IF;
END
$$;
CREATE OR REPLACE FUNCTION receivables.open_invoices(day date)
RETURNS TABLE (
    number text, organization_code text, client_code text, contract_no text, month date, issued_on date, due_on date,
    total numeric, paid numeric, open numeric
)
LANGUAGE sql STABLE AS $$
    SELECT
        i.number, i.organization_code, i.client_code, i.contract_no, i.month, i.issued_on, i.due_on,
        i.total, coalesce(p.paid, 0.00), i.total - coalesce(p.paid, 0.00)
    FROM billing.invoices i
    LEFT JOIN (
        SELECT a.number, sum(a.amount) AS paid
        FROM receivables.allocations a
        JOIN receivables.payments m USING (payment_id)
        WHERE m.paid_on <= day
        GROUP BY a.number
    ) p USING (number)
    WHERE i.total > 0 AND i.issued_on <= day AND i.total > coalesce(p.paid, 0.00)
$$;

CREATE OR REPLACE VIEW receivables.client_entries AS
SELECT e.payment_id, e.organization_code, e.client_code, e.paid_on, sum(e.amount)::numeric(14, 2) AS amount
FROM (
    SELECT p.payment_id, p.organization_code, i.client_code, p.paid_on, a.amount
    FROM receivables.payments p
    JOIN receivables.allocations a USING (payment_id)
    JOIN billing.invoices i USING (number)
    WHERE p.source <> 'credit'
    UNION ALL
    SELECT p.payment_id, p.organization_code, p.client_code, p.paid_on, p.amount - coalesce(a.amount, 0)
    FROM receivables.payments p
    LEFT JOIN (SELECT payment_id, sum(amount) AS amount FROM receivables.allocations GROUP BY payment_id) a USING (payment_id)
    WHERE p.source <> 'credit' AND p.client_code IS NOT NULL
) e
GROUP BY e.payment_id, e.organization_code, e.client_code, e.paid_on
HAVING sum(e.amount) <> 0;
DROP VIEW receivables.claims;
ALTER TABLE receivables.payments DROP COLUMN due_on;

-- A debt of go-live that has a due date is asked for as an invoice is: ageing, ladder, letters, the oldest due paid first.
ALTER TABLE receivables.payments ADD COLUMN due_on date CHECK (due_on IS NULL OR source = 'opening' AND amount < 0);

-- grain: what a client owes by a paper: an invoice that asks for money, or a debt of go-live with a due date. `asked_from`: the day from
-- which the ladder counts; a debt that is older than its import starts at the ladder's beginning
CREATE VIEW receivables.claims AS
SELECT
    i.number, CAST(i.invoice_id AS text) AS invoice_id, i.organization_code, i.client_code, i.contract_no, i.month, i.issued_on, i.due_on,
    i.due_on AS asked_from, i.total
FROM billing.invoices i
WHERE i.total > 0
UNION ALL
SELECT
    'начальное сальдо '
        || CASE p.document_no WHEN '' THEN p.client_code || ' у ' || p.organization_code ELSE 'по договору ' || p.document_no END
        || ' на ' || to_char(p.paid_on, 'DD.MM.YYYY'),
    NULL, p.organization_code, p.client_code, p.document_no, CAST(date_trunc('month', p.paid_on) AS date), p.paid_on, p.due_on,
    greatest(p.due_on, CAST(p.received_at AT TIME ZONE o.time_zone AS date)), -p.amount
FROM receivables.payments p
JOIN master.organizations o ON o.code = p.organization_code
WHERE p.due_on IS NOT NULL;

CREATE OR REPLACE FUNCTION receivables.open_invoices(day date)
RETURNS TABLE (
    number text, organization_code text, client_code text, contract_no text, month date, issued_on date, due_on date,
    total numeric, paid numeric, open numeric
)
LANGUAGE sql STABLE AS $$
    SELECT
        i.number, i.organization_code, i.client_code, i.contract_no, i.month, i.issued_on, i.due_on,
        i.total, coalesce(p.paid, 0.00), i.total - coalesce(p.paid, 0.00)
    FROM receivables.claims i
    LEFT JOIN (
        SELECT a.number, sum(a.amount) AS paid
        FROM receivables.allocations a
        JOIN receivables.payments m USING (payment_id)
        WHERE m.paid_on <= day
        GROUP BY a.number
    ) p USING (number)
    WHERE i.issued_on <= day AND i.total > coalesce(p.paid, 0.00)
$$;

CREATE OR REPLACE VIEW receivables.client_entries AS
SELECT e.payment_id, e.organization_code, e.client_code, e.paid_on, sum(e.amount)::numeric(14, 2) AS amount
FROM (
    SELECT p.payment_id, p.organization_code, i.client_code, p.paid_on, a.amount
    FROM receivables.payments p
    JOIN receivables.allocations a USING (payment_id)
    JOIN receivables.claims i USING (number)
    WHERE p.source <> 'credit'
    UNION ALL
    SELECT p.payment_id, p.organization_code, p.client_code, p.paid_on, p.amount - coalesce(a.amount, 0)
    FROM receivables.payments p
    LEFT JOIN (SELECT payment_id, sum(amount) AS amount FROM receivables.allocations GROUP BY payment_id) a USING (payment_id)
    WHERE p.source <> 'credit' AND p.client_code IS NOT NULL
) e
GROUP BY e.payment_id, e.organization_code, e.client_code, e.paid_on
HAVING sum(e.amount) <> 0;

GRANT SELECT ON receivables.claims TO fleetbill_app;

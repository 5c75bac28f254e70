-- Invoices that were issued by a day and not paid whole by it: the debts of that day, for the ageing and the reports alike.
CREATE FUNCTION receivables.open_invoices(day date)
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

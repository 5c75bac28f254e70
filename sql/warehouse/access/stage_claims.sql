-- grain: open invoice, or debt of go-live with a due date, also of a day to come; `due_on`: the day from which the ladder counts
-- inputs: receivables.claims, receivables.invoice_balances
-- rerun: one per transaction, gone with it; what is open is summed once for everything that a ladder asks
CREATE TEMPORARY TABLE ladder_claims ON COMMIT DROP AS
SELECT
    i.number, i.organization_code, i.client_code, i.asked_from AS due_on, i.issued_on,
    (i.total - coalesce(b.paid, 0))::numeric(14, 2) AS open
FROM receivables.claims i
LEFT JOIN receivables.invoice_balances b USING (number)
WHERE i.total > coalesce(b.paid, 0)

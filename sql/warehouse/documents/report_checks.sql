-- grain: one row: what the ledger says of the workbook's sums of money, asked without the sheets' groups
-- inputs: billing.invoices, billing.drafts, receivables.claims, receivables.payments, receivables.allocations;
--   :month, :previous, :first, :last, :on
-- rerun: reads only
SELECT
    (
        SELECT coalesce(sum(total), 0.00)
        FROM (
            SELECT total FROM billing.invoices WHERE month = :month
            UNION ALL
            SELECT total FROM billing.drafts d WHERE d.month = :month AND NOT d.discarded
              AND NOT (d.purpose IN ('prepay', 'watch') AND d.contract_no IN (
                  SELECT contract_no FROM billing.drafts WHERE month = :month AND purpose = 'close' AND NOT discarded
              ))
        ) i
    )::numeric(16, 2) AS revenue,
    (SELECT coalesce(sum(total), 0.00) FROM billing.invoices WHERE month = :previous)::numeric(16, 2) AS revenue_before,
    (
        (SELECT coalesce(sum(total), 0.00) FROM receivables.claims WHERE issued_on <= :on)
        - (
            SELECT coalesce(sum(a.amount), 0.00)
            FROM receivables.allocations a
            JOIN receivables.payments p USING (payment_id)
            JOIN receivables.claims i USING (number)
            WHERE p.paid_on <= :on AND i.issued_on <= :on
        )
    )::numeric(16, 2) AS debts,
    (
        (SELECT coalesce(sum(amount), 0.00) FROM receivables.payments WHERE client_code IS NOT NULL AND paid_on <= :on AND due_on IS NULL)
        - (
            SELECT coalesce(sum(a.amount), 0.00)
            FROM receivables.allocations a
            JOIN receivables.payments p USING (payment_id)
            WHERE p.client_code IS NOT NULL AND p.paid_on <= :on
        )
    )::numeric(16, 2) AS advances,
    (
        SELECT coalesce(sum(amount), 0.00) FROM receivables.payments
        WHERE source NOT IN ('credit', 'write_off') AND paid_on BETWEEN :first AND least(:last, CAST(:on AS date))
    )::numeric(16, 2) AS payments

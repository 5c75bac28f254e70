-- grain: organization × client × contract × entry of the account up to :last (domain.md §8), of one client or of one organization: the
--   act of a closed month on its last day, a later correction on its own, a payment or refund on the day of the bank, the balance of
--   go-live on its day. `debit`: sold, below zero where a correction takes back; `credit`: paid, below zero where a refund gives back.
--   contract_no NULL: money that pays no invoice yet
-- inputs: billing.closed, billing.invoices, receivables.claims, receivables.payments, receivables.allocations;
--   :client_code, :organization_code (one of them NULL: of all), :last
-- rerun: reads only
WITH served AS (
    SELECT
        i.organization_code, i.client_code, i.contract_no, i.month, i.number, i.issued_on, i.issued_at, i.year, i.sequence_no, i.total,
        i.issued_at > c.closed_at AS is_later,
        first_value(i.number) OVER (
            PARTITION BY i.contract_no, i.month
            ORDER BY i.issued_at > c.closed_at, i.kind <> 'monthly', i.issued_at, i.year, i.sequence_no
        ) AS act_number
    FROM billing.invoices i
    JOIN billing.closed c ON (c.contract_no, c.month) = (i.contract_no, i.month)
    WHERE (CAST(:client_code AS text) IS NULL OR i.client_code = :client_code)
        AND (CAST(:organization_code AS text) IS NULL OR i.organization_code = :organization_code)
), sales AS (
    SELECT
        organization_code, client_code, contract_no, 'sale' AS kind, act_number AS number, act_number, month,
        CAST(month + interval '1 month' AS date) - 1 AS dated, sum(total) AS debit, 0.00 AS credit
    FROM served WHERE NOT is_later
    GROUP BY organization_code, client_code, contract_no, month, act_number
    HAVING sum(total) <> 0
    UNION ALL
    SELECT organization_code, client_code, contract_no, 'correction', number, act_number, month, issued_on, total, 0.00
    FROM served WHERE is_later AND total <> 0
), paid AS (
    SELECT a.payment_id, i.client_code, nullif(i.contract_no, '') AS contract_no, sum(a.amount) AS amount
    FROM receivables.allocations a
    JOIN receivables.payments p USING (payment_id)
    JOIN receivables.claims i USING (number)
    WHERE (CAST(:client_code AS text) IS NULL OR i.client_code = :client_code)
        AND (CAST(:organization_code AS text) IS NULL OR i.organization_code = :organization_code)
        AND p.source <> 'credit'
    GROUP BY a.payment_id, i.client_code, nullif(i.contract_no, '')
    UNION ALL
    SELECT
        p.payment_id,
        p.client_code,
        CASE WHEN p.source = 'opening' THEN nullif(p.document_no, '') END,
        p.amount - coalesce(sum(a.amount), 0)
    FROM receivables.payments p
    LEFT JOIN receivables.allocations a USING (payment_id)
    WHERE p.client_code IS NOT NULL AND p.source <> 'credit'
        AND (CAST(:client_code AS text) IS NULL OR p.client_code = :client_code)
        AND (CAST(:organization_code AS text) IS NULL OR p.organization_code = :organization_code)
    GROUP BY p.payment_id
    HAVING p.amount <> coalesce(sum(a.amount), 0)
)
SELECT organization_code, client_code, contract_no, kind, number, act_number, month, dated, debit, credit
FROM sales
WHERE dated <= :last
UNION ALL
SELECT
    p.organization_code, m.client_code, m.contract_no,
    CASE WHEN p.source IN ('opening', 'write_off') THEN p.source WHEN p.amount < 0 THEN 'refund' ELSE 'payment' END,
    CASE WHEN p.source = 'opening' THEN '' ELSE p.document_no END,
    NULL, NULL, p.paid_on,
    CASE WHEN p.source = 'opening' AND p.amount < 0 THEN -m.amount ELSE 0.00 END,
    CASE WHEN p.source = 'opening' AND p.amount < 0 THEN 0.00 ELSE m.amount END
FROM paid m
JOIN receivables.payments p USING (payment_id)
WHERE p.paid_on <= :last AND m.amount <> 0
ORDER BY 1, 2, dated, kind DESC, number, contract_no

-- grain: adjustment that waits as a draft (number NULL), or was issued: what was billed of the contract and month before it
-- inputs: billing.drafts, billing.invoices, billing.approvals, billing.run_words, master.contracts, master.clients; :most
-- rerun: reads only; roubles with VAT. `by_name`: who has approved it, or given a first yes; drafts first, then the newest
WITH adjustments AS (
    SELECT
        d.month, d.purpose, d.contract_no, NULL AS number, NULL::date AS issued_on, NULL::timestamptz AS at, d.total,
        array_to_string(w.approved_by, ', ') AS by_name, NULL AS reason
    FROM billing.drafts d
    LEFT JOIN billing.run_words w USING (month, purpose)
    WHERE d.kind = 'adjustment' AND NOT d.discarded
    UNION ALL
    SELECT i.month, i.purpose, i.contract_no, i.number, i.issued_on, i.issued_at, i.total, a.by_name, a.reason
    FROM billing.invoices i
    LEFT JOIN billing.approvals a USING (month, purpose, approval_no)
    WHERE i.kind = 'adjustment'
)
SELECT
    to_char(a.month, 'YYYY-MM') AS month, a.purpose, a.contract_no, k.client_code, k.name AS client, a.number, a.issued_on, a.total,
    a.by_name, a.reason, count(*) OVER () AS whole,
    (
        SELECT coalesce(sum(i.total), 0)::numeric(16, 2) FROM billing.invoices i
        WHERE i.month = a.month AND i.contract_no = a.contract_no AND (a.at IS NULL OR i.issued_at < a.at)
    ) AS billed
FROM adjustments a
JOIN master.contracts c USING (contract_no)
JOIN master.clients k USING (client_code)
ORDER BY a.at DESC NULLS FIRST, abs(a.total) DESC, a.contract_no COLLATE "C", a.number
LIMIT :most

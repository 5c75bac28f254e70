-- grain: person's approval of a run with the page that was approved (NULL: of before pages were kept), and what was issued on it; the
--   last first
-- inputs: documents.approved_pages, billing.approvals, billing.invoices; :month, :purpose
-- rerun: reads only; the same page for ever
SELECT
    a.approval_no, a.by_name, a.reason, a.at, p.subject, p.facts, i.invoices, i.total, i.issued_on, i.numbers
FROM billing.approvals a
LEFT JOIN documents.approved_pages p USING (month, purpose, approval_no)
JOIN LATERAL (
    SELECT
        coalesce(sum(count), 0)::bigint AS invoices, coalesce(sum(total), 0)::numeric(16, 2) AS total, max(issued_on) AS issued_on,
        string_agg(numbers, ', ' ORDER BY organization_code COLLATE "C") AS numbers
    FROM (
        SELECT
            organization_code, sum(total) AS total, count(*) AS count, max(issued_on) AS issued_on,
            (array_agg(number ORDER BY year, sequence_no))[1]
                || CASE WHEN count(*) > 1 THEN '…' || (array_agg(number ORDER BY year DESC, sequence_no DESC))[1] ELSE '' END AS numbers
        FROM billing.invoices x
        WHERE (x.month, x.purpose, x.approval_no) = (a.month, a.purpose, a.approval_no)
        GROUP BY organization_code
    ) o
) i ON i.invoices > 0
WHERE a.month = :month AND a.purpose = :purpose AND a.decision = 'approved'
ORDER BY a.approval_no DESC

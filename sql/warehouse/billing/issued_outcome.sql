-- grain: the run that was issued on a person's answer (or as exactly what was seen), none when it was not: what it came to
-- inputs: billing.approvals, billing.evidence, billing.invoices, billing.parked; :month, :purpose, :seen, :by, :at
-- rerun: reads only
SELECT
    (SELECT count(*) FROM billing.invoices i WHERE (i.month, i.purpose, i.approval_no) = (a.month, a.purpose, a.approval_no)) AS invoices,
    (
        SELECT coalesce(sum(i.total), 0)::numeric(16, 2)
        FROM billing.invoices i WHERE (i.month, i.purpose, i.approval_no) = (a.month, a.purpose, a.approval_no)
    ) AS total,
    (SELECT count(*) FROM billing.parked p WHERE (p.month, p.purpose) = (a.month, a.purpose)) AS parked
FROM billing.approvals a
JOIN billing.evidence e USING (month, purpose, approval_no)
WHERE a.month = :month AND a.purpose = :purpose AND a.decision = 'approved'
  AND (a.digest = :seen OR (a.by_name = :by AND a.at = :at))
ORDER BY a.approval_no DESC
LIMIT 1

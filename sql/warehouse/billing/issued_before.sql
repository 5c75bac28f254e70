-- grain: the run that was issued on a person's answer (or as exactly what was seen), none when it was not: its invoices
-- inputs: billing.approvals, billing.evidence (there is a row for every issued run), billing.invoices; :month, :purpose, :seen, :by, :at
-- rerun: reads only
SELECT
    (SELECT count(*) FROM billing.invoices i WHERE (i.month, i.purpose, i.approval_no) = (a.month, a.purpose, a.approval_no)) AS invoices
FROM billing.approvals a
JOIN billing.evidence e USING (month, purpose, approval_no)
WHERE a.month = :month AND a.purpose = :purpose AND a.decision = 'approved'
  AND (a.digest = :seen OR (a.by_name = :by AND a.at = :at))
ORDER BY a.approval_no DESC
LIMIT 1

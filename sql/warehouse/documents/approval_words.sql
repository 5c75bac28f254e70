-- grain: person's word on a run of the month, the last first; is_current: on exactly what is drafted now
-- inputs: billing.approvals, billing.runs; :month (first day), :purpose
-- rerun: reads only
SELECT a.decision, a.by_name, a.reason, a.at, a.invoices, a.total, a.digest = r.digest AS is_current
FROM billing.approvals a
JOIN billing.runs r USING (month, purpose)
WHERE a.month = :month AND a.purpose = :purpose
ORDER BY a.approval_no DESC

-- grain: client × organization (:clients and :organizations side by side), on :on
-- inputs: receivables.open_invoices, access.blocked, access.promises; :clients, :organizations (lists of one length), :on
-- rerun: reads only. `promised_until`: of the last promise, where its day has not passed
SELECT
    p.client_code, p.organization_code,
    CASE WHEN d.overdue > 0 THEN 'overdue' WHEN d.debt > 0 THEN 'due' ELSE 'clear' END AS payment_status,
    coalesce(d.debt, 0.00)::numeric(14, 2) AS debt,
    coalesce(d.overdue, 0.00)::numeric(14, 2) AS overdue,
    d.oldest_due_on,
    CASE WHEN b.since IS NULL THEN 'open' ELSE 'blocked' END AS access_status,
    b.since AS blocked_since,
    CASE WHEN w.until >= :on THEN w.until END AS promised_until
FROM unnest(CAST(:clients AS text[]), CAST(:organizations AS text[])) AS p (client_code, organization_code)
LEFT JOIN (
    SELECT
        client_code, organization_code, sum(open) AS debt, min(due_on) AS oldest_due_on,
        coalesce(sum(open) FILTER (WHERE due_on < :on), 0.00) AS overdue
    FROM receivables.open_invoices(:on)
    GROUP BY client_code, organization_code
) d USING (client_code, organization_code)
LEFT JOIN (
    SELECT client_code, organization_code, min(effective_on) AS since FROM access.blocked GROUP BY client_code, organization_code
) b USING (client_code, organization_code)
LEFT JOIN (
    SELECT DISTINCT ON (client_code, organization_code) client_code, organization_code, until
    FROM access.promises
    ORDER BY client_code, organization_code, promise_no DESC
) w USING (client_code, organization_code)
ORDER BY p.client_code COLLATE "C", p.organization_code COLLATE "C"

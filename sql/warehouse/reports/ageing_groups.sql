-- grain: group of clients with open invoices on :on, by days past due: an organization's, a dealer's own, those that a manager looks after
-- inputs: receivables.open_invoices, master.clients; :by (organization, dealer, manager), :clients (NULL: all), :overdue_only, :on
-- rerun: reads only. code NULL: clients of no dealer, or of no manager; `share`: of the group's debt, overdue, in percent
SELECT
    d.code, count(DISTINCT d.client_code) AS clients, count(*) AS invoices,
    coalesce(sum(d.open) FILTER (WHERE d.days < 0), 0.00)::numeric(16, 2) AS not_due,
    coalesce(sum(d.open) FILTER (WHERE d.days = 0), 0.00)::numeric(16, 2) AS "0",
    coalesce(sum(d.open) FILTER (WHERE d.days BETWEEN 1 AND 30), 0.00)::numeric(16, 2) AS "1-30",
    coalesce(sum(d.open) FILTER (WHERE d.days BETWEEN 31 AND 60), 0.00)::numeric(16, 2) AS "31-60",
    coalesce(sum(d.open) FILTER (WHERE d.days BETWEEN 61 AND 90), 0.00)::numeric(16, 2) AS "61-90",
    coalesce(sum(d.open) FILTER (WHERE d.days > 90), 0.00)::numeric(16, 2) AS "90+",
    sum(d.open)::numeric(16, 2) AS total,
    coalesce(sum(d.open) FILTER (WHERE d.days > 0), 0.00)::numeric(16, 2) AS overdue,
    round(100 * coalesce(sum(d.open) FILTER (WHERE d.days > 0), 0) / sum(d.open), 1) AS share
FROM (
    SELECT
        CASE :by WHEN 'organization' THEN o.organization_code WHEN 'dealer' THEN k.dealer_code ELSE k.manager END AS code,
        o.client_code, o.open, CAST(:on AS date) - o.due_on AS days
    FROM receivables.open_invoices(:on) o
    JOIN master.clients k USING (client_code)
    WHERE CAST(:clients AS text[]) IS NULL OR o.client_code = ANY(CAST(:clients AS text[]))
) d
GROUP BY d.code
HAVING NOT :overdue_only OR sum(d.open) FILTER (WHERE d.days > 0) > 0
ORDER BY d.code COLLATE "C" NULLS LAST

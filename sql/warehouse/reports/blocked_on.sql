-- grain: account × client × organization that was blocked by us at the end of :on: since when and why, and what was overdue on :on
-- inputs: access.orders, access.outcomes, receivables.open_invoices, master.clients, master.organizations; :on
-- rerun: reads only
WITH newest AS (
    SELECT DISTINCT ON (platform, target, target_id, client_code, organization_code) *
    FROM access.orders
    WHERE effective_on <= :on
    ORDER BY platform, target, target_id, client_code, organization_code, order_no DESC
), held AS (
    SELECT
        platform, account_id, client_code, organization_code, min(effective_on) AS since,
        (array_agg(reason ORDER BY target <> 'account', order_no))[1] AS reason
    FROM newest n
    WHERE action = 'block' AND NOT EXISTS (SELECT FROM access.outcomes x WHERE x.order_no = n.order_no AND NOT x.is_ours)
    GROUP BY platform, account_id, client_code, organization_code
), overdue AS (
    SELECT organization_code, client_code, sum(open) AS amount
    FROM receivables.open_invoices(:on) WHERE due_on < :on GROUP BY organization_code, client_code
)
SELECT
    o.name AS organization, h.organization_code, h.client_code, k.name AS client, k.manager, h.platform, h.account_id, h.since,
    CAST(:on AS date) - h.since AS days, coalesce(d.amount, 0.00)::numeric(16, 2) AS overdue, h.reason
FROM held h
JOIN master.organizations o ON o.code = h.organization_code
JOIN master.clients k USING (client_code)
LEFT JOIN overdue d USING (organization_code, client_code)
ORDER BY h.since, h.organization_code COLLATE "C", h.client_code COLLATE "C", h.platform COLLATE "C", h.account_id COLLATE "C"

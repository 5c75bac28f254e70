-- grain: month that has anything issued or drafted, the newest first; is_drafted: a run of it waits with drafts
-- inputs: billing.invoices, billing.drafts
-- rerun: reads only
SELECT month, bool_or(is_drafted) AS is_drafted
FROM (
    SELECT DISTINCT month, false AS is_drafted FROM billing.invoices
    UNION ALL SELECT DISTINCT month, true FROM billing.drafts WHERE NOT discarded
) known
GROUP BY month
ORDER BY month DESC

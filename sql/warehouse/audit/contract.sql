-- grain: invoice or draft of a contract whose number was typed in the place of an invoice's; the newest month first; number NULL: a
--   draft
-- inputs: billing.invoices, billing.drafts; :typed
-- rerun: reads only
SELECT month, number, kind
FROM (
    SELECT month, number, kind FROM billing.invoices WHERE contract_no = :typed
    UNION ALL
    SELECT month, NULL, kind FROM billing.drafts WHERE contract_no = :typed AND NOT discarded
) found
ORDER BY month DESC, number NULLS FIRST, kind
LIMIT 5

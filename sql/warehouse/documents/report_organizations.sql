-- grain: organization that has an invoice or a draft in the month, or an invoice in the month before, with what that came to
-- inputs: billing.invoices, billing.drafts, master.organizations; :month, :previous (first days)
-- rerun: reads only
SELECT
    o.name,
    coalesce((SELECT sum(total) FROM billing.invoices i WHERE i.month = :previous AND i.organization_code = o.code), 0)::numeric(16, 2)
        AS before
FROM master.organizations o
WHERE EXISTS (SELECT FROM billing.invoices i WHERE i.month IN (:month, :previous) AND i.organization_code = o.code)
   OR EXISTS (SELECT FROM billing.drafts d WHERE d.month = :month AND d.organization_code = o.code AND NOT d.discarded)
ORDER BY o.code COLLATE "C"

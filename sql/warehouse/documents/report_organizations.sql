-- grain: organization that has an invoice or a draft in the month
-- inputs: billing.invoices, billing.drafts, master.organizations; :month
-- rerun: reads only
SELECT o.name
FROM master.organizations o
WHERE EXISTS (SELECT FROM billing.invoices i WHERE i.month = :month AND i.organization_code = o.code)
   OR EXISTS (SELECT FROM billing.drafts d WHERE d.month = :month AND d.organization_code = o.code AND NOT d.discarded)
ORDER BY o.code COLLATE "C"

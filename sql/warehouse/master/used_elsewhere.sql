-- grain: kind of thing outside master data that rests on one row
-- inputs: billing.invoices, billing.drafts, billing.closed, billing.holds, receivables.payments, evidence.snapshots,
--   delivery.onec_outbox; :sheet, :key (a single code); the rooms that keep it
-- rerun: reads only
SELECT 'issued invoices' AS what
WHERE EXISTS (
    SELECT FROM billing.invoices
    WHERE :key = CASE :sheet WHEN 'contracts' THEN contract_no WHEN 'clients' THEN client_code WHEN 'organizations' THEN organization_code END
)
UNION ALL
SELECT 'drafts of invoices'
WHERE EXISTS (SELECT FROM billing.drafts WHERE :sheet = 'contracts' AND contract_no = :key)
UNION ALL
SELECT 'closed months'
WHERE EXISTS (SELECT FROM billing.closed WHERE :sheet = 'contracts' AND contract_no = :key)
UNION ALL
SELECT 'words on holding it back'
WHERE EXISTS (SELECT FROM billing.holds WHERE :sheet = 'contracts' AND contract_no = :key)
UNION ALL
SELECT 'payments'
WHERE EXISTS (
    SELECT FROM receivables.payments
    WHERE :key = CASE :sheet WHEN 'clients' THEN client_code WHEN 'organizations' THEN organization_code END
)
UNION ALL
SELECT 'snapshots'
WHERE EXISTS (SELECT FROM evidence.snapshots WHERE :sheet = 'platforms' AND platform = :key)
UNION ALL
SELECT 'objects sent or to be sent'
WHERE EXISTS (SELECT FROM delivery.onec_outbox WHERE :sheet = 'peers' AND peer = :key)

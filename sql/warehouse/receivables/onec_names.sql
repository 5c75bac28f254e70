-- grain: object that 1C may know by a reference of ours: kind and key of the reference, its key in the outbox, and what it is called
-- inputs: master.organizations, master.clients, master.contracts, master.components, billing.invoice_lines, billing.invoices,
--   delivery.onec_outbox
-- rerun: reads only
SELECT 'organization' AS kind, code AS key, code AS outbox_key, name FROM master.organizations
UNION ALL
SELECT 'bank_account', code || ':' || bic || ':' || bank_account, code, bank_account FROM master.organizations
UNION ALL
SELECT 'counterparty', client_code, client_code, name FROM master.clients
UNION ALL
SELECT 'contract', contract_no, contract_no, contract_no FROM master.contracts
UNION ALL
SELECT 'invoice', invoice_id::text, number, number FROM billing.invoices
UNION ALL
(
    SELECT DISTINCT ON (l.tariff_code, l.component_no)
        'service', l.tariff_code || ':' || l.component_no, l.tariff_code || ':' || l.component_no, l.component
    FROM (
        SELECT tariff_code, component_no, component FROM billing.invoice_lines
        UNION
        SELECT tariff_code, component_no, name FROM master.components
    ) l
    ORDER BY l.tariff_code, l.component_no, l.component
)
UNION ALL
SELECT DISTINCT object_kind, object_key, object_key, object_key FROM delivery.onec_outbox WHERE object_kind <> 'invoice'

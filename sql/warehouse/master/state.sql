-- grain: row of master data
-- inputs: master.organizations, master.vat_modes, master.clients, master.contracts, master.terms, master.tariffs, master.components,
--   master.tiers, master.platforms, master.accounts, master.bank_accounts, master.consumers, master.crm_fields,
--   master.ladder, master.calendar, master.peers
-- rerun: reads only
SELECT 'organizations' AS table_name, to_jsonb(t)::text AS row_text FROM master.organizations t
UNION ALL
SELECT 'vat_modes' AS table_name, to_jsonb(t)::text AS row_text FROM master.vat_modes t
UNION ALL
SELECT 'clients' AS table_name, to_jsonb(t)::text AS row_text FROM master.clients t
UNION ALL
SELECT 'contracts' AS table_name, to_jsonb(t)::text AS row_text FROM master.contracts t
UNION ALL
SELECT 'terms' AS table_name, to_jsonb(t)::text AS row_text FROM master.terms t
UNION ALL
SELECT 'tariffs' AS table_name, to_jsonb(t)::text AS row_text FROM master.tariffs t
UNION ALL
SELECT 'components' AS table_name, to_jsonb(t)::text AS row_text FROM master.components t
UNION ALL
SELECT 'tiers' AS table_name, to_jsonb(t)::text AS row_text FROM master.tiers t
UNION ALL
SELECT 'platforms' AS table_name, to_jsonb(t)::text AS row_text FROM master.platforms t
UNION ALL
SELECT 'accounts' AS table_name, to_jsonb(t)::text AS row_text FROM master.accounts t
UNION ALL
SELECT 'bank_accounts' AS table_name, to_jsonb(t)::text AS row_text FROM master.bank_accounts t
UNION ALL
SELECT 'consumers' AS table_name, to_jsonb(t)::text AS row_text FROM master.consumers t
UNION ALL
SELECT 'crm_fields' AS table_name, to_jsonb(t)::text AS row_text FROM master.crm_fields t
UNION ALL
SELECT 'ladder' AS table_name, to_jsonb(t)::text AS row_text FROM master.ladder t
UNION ALL
SELECT 'calendar' AS table_name, to_jsonb(t)::text AS row_text FROM master.calendar t
UNION ALL
SELECT 'peers' AS table_name, to_jsonb(t)::text AS row_text FROM master.peers t

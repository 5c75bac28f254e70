-- grain: client or contract of ours, as its sheet has it
-- inputs: master.clients, master.contracts
-- rerun: reads only
SELECT 'clients' AS sheet, c.client_code AS code, to_jsonb(c)::text AS row_text FROM master.clients c
UNION ALL
SELECT 'contracts' AS sheet, k.contract_no AS code, to_jsonb(k)::text AS row_text FROM master.contracts k

-- grain: contract of an organization with its client's names
-- inputs: master.contracts, master.clients; :organization_code
-- rerun: reads only
SELECT k.contract_no, k.client_code, c.name, c.full_name
FROM master.contracts k
JOIN master.clients c USING (client_code)
WHERE k.organization_code = :organization_code
ORDER BY k.contract_no COLLATE "C"

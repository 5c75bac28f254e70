-- grain: contract with its client's ИНН (NULL: not known)
-- inputs: master.contracts, master.clients
-- rerun: reads only
SELECT k.contract_no, k.organization_code, k.client_code, c.inn
FROM master.contracts k
JOIN master.clients c USING (client_code)
ORDER BY k.contract_no COLLATE "C"

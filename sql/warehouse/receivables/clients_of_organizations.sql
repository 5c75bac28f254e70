-- grain: organization × client that it has a contract with, with the client's ИНН and КПП (NULL: not known)
-- inputs: master.contracts, master.clients
-- rerun: reads only
SELECT DISTINCT k.organization_code, k.client_code, c.inn, c.kpp
FROM master.contracts k
JOIN master.clients c USING (client_code)
ORDER BY k.organization_code, k.client_code

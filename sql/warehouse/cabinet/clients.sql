-- grain: client, in the order of names
-- inputs: cabinet.clients; :clients
-- rerun: reads only
SELECT client_code, name, kind, inn, email, phone, address, dealer_code, delivery, appendix, formats
FROM cabinet.clients
WHERE client_code = ANY (CAST(:clients AS text[]))
ORDER BY name COLLATE "C", client_code COLLATE "C"

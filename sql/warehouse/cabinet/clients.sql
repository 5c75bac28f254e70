-- grain: client of :clients, by name; at most :most
-- inputs: cabinet.clients; :clients, :most
-- rerun: reads only
SELECT client_code, name, inn
FROM cabinet.clients
WHERE client_code = ANY (CAST(:clients AS text[]))
ORDER BY name, client_code
LIMIT CAST(:most AS integer)

-- grain: client of :clients whose access to the platform we have switched off
-- inputs: access.blocked, :clients
-- rerun: reads only
SELECT DISTINCT client_code FROM access.blocked WHERE client_code = ANY (CAST(:clients AS text[])) ORDER BY client_code

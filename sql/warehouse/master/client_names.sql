-- grain: client
-- inputs: master.clients
-- rerun: reads only
SELECT client_code, name FROM master.clients

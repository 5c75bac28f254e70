-- grain: client of these codes
-- inputs: master.clients; :codes (array)
-- rerun: reads only
SELECT client_code, name FROM master.clients WHERE client_code = ANY(:codes)

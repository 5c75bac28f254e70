-- grain: client that has a dealer above it
-- inputs: master.clients
-- rerun: reads only
SELECT client_code, dealer_code FROM master.clients WHERE dealer_code IS NOT NULL

-- grain: client with its dealer
-- inputs: master.clients
-- rerun: reads only
SELECT client_code, name, dealer_code FROM master.clients ORDER BY client_code COLLATE "C"

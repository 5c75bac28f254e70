-- grain: client, with the columns that an export may hold
-- inputs: master.clients
-- rerun: reads only
SELECT client_code, name, full_name, inn, kpp, kind, category, dealer_code, email, phone, address
FROM master.clients

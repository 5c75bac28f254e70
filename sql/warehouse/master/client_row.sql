-- grain: client as master data have it, none where there is none
-- inputs: master.clients; :client
-- rerun: reads only
SELECT to_jsonb(t)::text AS row_text FROM master.clients t WHERE client_code = :client

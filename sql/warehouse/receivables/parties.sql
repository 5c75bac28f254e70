-- grain: one organization and one client with their requisites as they are now; inputs: master.*; :organization_code, :client_code
-- rerun: reads only
SELECT to_jsonb(o) AS seller, to_jsonb(c) AS buyer
FROM master.organizations o, master.clients c
WHERE o.code = :organization_code AND c.client_code = :client_code

-- grain: contract of the clients
-- inputs: cabinet.contracts, cabinet.organizations; :clients
-- rerun: reads only
SELECT c.contract_no, c.client_code, c.organization_code, o.name AS organization, o.time_zone, c.signed_on, c.starts_on, c.ends_on
FROM cabinet.contracts c
JOIN cabinet.organizations o ON o.code = c.organization_code
WHERE c.client_code = ANY (CAST(:clients AS text[]))
ORDER BY c.client_code COLLATE "C", c.starts_on, c.contract_no COLLATE "C"

-- grain: promise of payment in the order of giving; `until` NULL: a plan of instalments
-- inputs: access.promises
-- rerun: reads only
SELECT organization_code, client_code, promise_no, at, CASE WHEN instalments IS NULL THEN until END AS until
FROM access.promises
ORDER BY organization_code COLLATE "C", client_code COLLATE "C", promise_no

-- grain: role among :names that the server has
-- inputs: :names, pg_roles
-- rerun: reads only
SELECT rolname AS name
FROM pg_roles
WHERE rolname = ANY (CAST(:names AS text[]))
ORDER BY rolname

-- grain: role among :names that the server has, with whether one may log in as it and whether we may act as it
-- inputs: :names, pg_roles
-- rerun: reads only
SELECT rolname AS name, rolcanlogin AS can_log_in, pg_has_role(current_user, oid, 'MEMBER') AS is_ours
FROM pg_roles
WHERE rolname = ANY (CAST(:names AS text[]))
ORDER BY rolname

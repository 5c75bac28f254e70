-- grain: table whose rows a policy guards, with its columns in their order
-- inputs: pg_class, pg_namespace, pg_attribute
-- rerun: reads only
SELECT
    n.nspname AS schema_name, c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS column_names
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind = 'r' AND c.relrowsecurity AND n.nspname = 'cabinet'
GROUP BY n.nspname, c.relname
ORDER BY n.nspname, c.relname

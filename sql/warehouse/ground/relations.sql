-- grain: one value: how many tables, views, sequences and functions the database has beside those of PostgreSQL
-- inputs: pg_class, pg_proc, pg_namespace
-- rerun: reads only
SELECT count(*)
FROM (
    SELECT relnamespace AS schema FROM pg_class
    UNION ALL
    SELECT pronamespace FROM pg_proc
) o
JOIN pg_namespace n ON n.oid = o.schema
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'

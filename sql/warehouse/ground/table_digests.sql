-- grain: table of ours, with the statement that counts its rows and adds up their digests, whatever the order of the rows; a parent of
--   other tables counts its own rows alone
-- inputs: pg_class, pg_namespace
-- rerun: reads only
SELECT
    format('%I.%I', n.nspname, c.relname) AS name,
    format(
        'SELECT count(*), coalesce(sum((''x'' || left(md5(t::text), 15))::bit(60)::bigint), 0)::text FROM ONLY %I.%I t', n.nspname, c.relname
    ) AS statement
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
ORDER BY 1

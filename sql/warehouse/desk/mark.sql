-- grain: one row: how many rows the warehouse has written so far; while it stays, nothing has changed
-- inputs: the server's own counters of user tables
-- rerun: reads only; a process counts what it wrote within seconds of its commit
SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::text AS mark FROM pg_stat_user_tables

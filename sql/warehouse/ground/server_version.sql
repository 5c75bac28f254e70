-- grain: one value: the main version of the server
-- inputs: none
-- rerun: reads only
SELECT CAST(current_setting('server_version_num') AS integer) / 10000

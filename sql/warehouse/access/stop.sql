-- grain: the word that blocking is stopped, while it holds; none: it is not
-- inputs: access.stop
-- rerun: reads only
SELECT is_released, by_name, reason, at FROM access.stop

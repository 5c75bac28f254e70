-- grain: the word that all blocking is stopped, while it holds; `stopped_at` by the clock of :zone
-- inputs: access.stop; :zone
-- rerun: reads only
SELECT by_name, reason, to_char(at AT TIME ZONE :zone, 'DD.MM.YYYY HH24:MI') AS stopped_at FROM access.stop

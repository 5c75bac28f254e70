-- grain: a word that stops blocking or lets it go on
-- inputs: access.stops; :is_stopped, :is_released, :by_name, :reason, :at
-- rerun: what holds already is not said again; the stop that holds says that more is given back only once
INSERT INTO access.stops (is_stopped, is_released, by_name, reason, at)
SELECT CAST(:is_stopped AS boolean), CAST(:is_released AS boolean), :by_name, :reason, CAST(:at AS timestamptz)
WHERE (CAST(:is_stopped AS boolean), CAST(:is_released AS boolean)) IS DISTINCT FROM (
    SELECT (s.is_stopped, s.is_released) FROM access.stops s ORDER BY s.stop_no DESC LIMIT 1
) AND (CAST(:is_stopped AS boolean) OR EXISTS (SELECT FROM access.stops))
RETURNING stop_no

-- grain: word that stopped blocking or let it go on
-- inputs: access.stops; :everything, :clients (a stop concerns them all); from :since to before :until (NULL: no bound)
-- rerun: reads only
SELECT
    'stops' AS sheet, 'blocking' AS key, CASE WHEN is_stopped THEN 'stopped' ELSE 'resumed' END AS action,
    json_build_object('blocking', earlier)::text AS before, json_build_object('blocking', word)::text AS after,
    by_name, reason, at
FROM (
    SELECT
        *, CASE WHEN is_released THEN 'released' WHEN is_stopped THEN 'stopped' ELSE 'goes on' END AS word,
        lag(CASE WHEN is_released THEN 'released' WHEN is_stopped THEN 'stopped' ELSE 'goes on' END) OVER (ORDER BY stop_no) AS earlier
    FROM access.stops
) AS stop
WHERE at >= coalesce(CAST(:since AS timestamptz), '-infinity')
    AND at < coalesce(CAST(:until AS timestamptz), 'infinity')
    AND (:everything OR cardinality(CAST(:clients AS text[])) > 0)
ORDER BY at, stop_no

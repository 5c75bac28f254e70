-- grain: promise of payment; the last one of organization and client counts
-- inputs: access.promises; :everything or those of :clients; from :since to before :until (NULL: no bound)
-- rerun: reads only
SELECT
    'promises' AS sheet, concat_ws('|', organization_code, client_code) AS key, 'promised' AS action,
    json_strip_nulls(json_build_object('until', earlier, 'instalments', earlier_plan::text))::text AS before,
    json_strip_nulls(json_build_object('until', until, 'instalments', instalments::text))::text AS after,
    by_name, reason, at
FROM (
    SELECT *, lag(until) OVER word AS earlier, lag(instalments) OVER word AS earlier_plan
    FROM access.promises
    WINDOW word AS (PARTITION BY organization_code, client_code ORDER BY promise_no)
) AS promise
WHERE at >= coalesce(CAST(:since AS timestamptz), '-infinity')
    AND at < coalesce(CAST(:until AS timestamptz), 'infinity')
    AND (:everything OR client_code = ANY(CAST(:clients AS text[])))
ORDER BY at, organization_code COLLATE "C", client_code COLLATE "C", promise_no

-- grain: erasure of a client's personal data
-- inputs: master.erasures; :everything, or those of :clients; from :since to before :until (NULL: no bound)
-- rerun: reads only
SELECT
    'erasures' AS sheet, client_code AS key, 'erased' AS action, CAST(NULL AS text) AS before,
    json_build_object('with_name', with_name, 'erased', CAST(erased AS text))::text AS after, by_name, reason, at
FROM master.erasures
WHERE at >= coalesce(CAST(:since AS timestamptz), '-infinity')
    AND at < coalesce(CAST(:until AS timestamptz), 'infinity')
    AND (:everything OR client_code = ANY(CAST(:clients AS text[])))
ORDER BY at, client_code COLLATE "C"

-- grain: verb whose last try on or after :day failed, or whose longest turn on :today is far beyond its usual one
-- inputs: runs.metrics; :day, :today, :least_seconds, :times
-- rerun: reads only
SELECT DISTINCT ON (verb) verb, what, tries, failures, seconds, usual
FROM (
    SELECT regexp_replace(f.metric, '\.failed$', '') AS verb, 'failing' AS what, f.count AS tries, f.total::bigint AS failures,
        CAST(NULL AS numeric) AS seconds, CAST(NULL AS numeric) AS usual
    FROM (
        SELECT DISTINCT ON (metric) * FROM runs.metrics WHERE metric LIKE '%.failed' AND day >= CAST(:day AS date) ORDER BY metric, day DESC
    ) f
    WHERE f.last = 1
    UNION ALL
    SELECT regexp_replace(s.metric, '\.seconds$', ''), 'slow', s.count, 0, s.most, u.usual
    FROM runs.metrics s
    JOIN LATERAL (
        SELECT max(e.most) AS usual FROM runs.metrics e
        WHERE e.metric = s.metric AND e.day BETWEEN CAST(:today AS date) - 14 AND CAST(:today AS date) - 1
    ) u ON u.usual > 0
    WHERE s.metric LIKE '%.seconds' AND s.day = CAST(:today AS date) AND s.most > :least_seconds AND s.most > :times * u.usual
) told
ORDER BY verb, what

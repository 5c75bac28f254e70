-- grain: platform × day of a month; carried: every day since the last landed one is carried
-- inputs: master.platforms, evidence.snapshots, evidence.carries; :first, :last (dates, inclusive)
-- rerun: reads only
SELECT
    platform.platform,
    CAST(day.day AS date) AS date,
    CASE
        WHEN bool_or(snapshot.state = 'landed') THEN 'landed'
        WHEN bool_or(carry.platform IS NOT NULL AND carry.days = carry.business_date - carry.source) THEN 'carried'
        WHEN bool_or(snapshot.state = 'quarantined') THEN 'quarantined'
        ELSE 'missing'
    END AS status,
    COUNT(snapshot.digest) FILTER (WHERE snapshot.state = 'landed') AS snapshots
FROM master.platforms AS platform
CROSS JOIN generate_series(CAST(:first AS date), CAST(:last AS date), interval '1 day') AS day (day)
LEFT JOIN evidence.snapshots AS snapshot
    ON snapshot.platform = platform.platform AND snapshot.business_date = CAST(day.day AS date)
LEFT JOIN (
    SELECT
        c.platform, c.business_date, landed.source,
        (
            SELECT count(*) FROM evidence.carries AS k
            WHERE k.platform = c.platform AND k.business_date > landed.source AND k.business_date <= c.business_date
        ) AS days
    FROM evidence.carries AS c
    CROSS JOIN LATERAL (
        SELECT max(s.business_date) AS source FROM evidence.snapshots AS s
        WHERE s.platform = c.platform AND s.state = 'landed' AND s.business_date < c.business_date
    ) AS landed
    WHERE c.business_date BETWEEN CAST(:first AS date) AND CAST(:last AS date)
) AS carry
    ON carry.platform = platform.platform AND carry.business_date = CAST(day.day AS date)
GROUP BY platform.platform, day.day
ORDER BY platform.platform COLLATE "C", day.day

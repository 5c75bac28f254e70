-- grain: platform × day of a month
-- inputs: :first, :last (dates, inclusive)
-- rerun: reads only
SELECT
    platform.platform,
    CAST(day.day AS date) AS date,
    CASE
        WHEN bool_or(snapshot.state = 'landed') THEN 'landed'
        WHEN bool_or(carry.platform IS NOT NULL) THEN 'carried'
        WHEN bool_or(snapshot.state = 'quarantined') THEN 'quarantined'
        ELSE 'missing'
    END AS status,
    COUNT(snapshot.digest) FILTER (WHERE snapshot.state = 'landed') AS snapshots
FROM master.platforms AS platform
CROSS JOIN generate_series(CAST(:first AS date), CAST(:last AS date), interval '1 day') AS day (day)
LEFT JOIN evidence.snapshots AS snapshot
    ON snapshot.platform = platform.platform AND snapshot.business_date = CAST(day.day AS date)
LEFT JOIN evidence.carries AS carry
    ON carry.platform = platform.platform AND carry.business_date = CAST(day.day AS date)
GROUP BY platform.platform, day.day
ORDER BY platform.platform COLLATE "C", day.day

-- grain: day × metric
-- inputs: runs.metrics; from :first to :last (NULL: no bound), :prefix of its name
-- rerun: reads only
SELECT day, metric, count, total, most, last
FROM runs.metrics
WHERE day >= coalesce(CAST(:first AS date), '-infinity') AND day <= coalesce(CAST(:last AS date), 'infinity')
    AND starts_with(metric, :prefix)
ORDER BY day, metric COLLATE "C"

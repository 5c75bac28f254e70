-- grain: finding (kind × subject) of some kinds that is new on a day, still seen on it, or gone since the covered day before
-- inputs: findings.occurrences, findings.muted: left out; evidence.snapshots; :day, :kinds (array)
-- rerun: reads only; of a platform that does not cover the day nothing is new and nothing gone; a day without a snapshot is compared with
--   the calendar day before
WITH covered AS (
    SELECT
        platform, bool_or(business_date = :day) AS has_day, max(business_date) FILTER (WHERE business_date < :day) AS before
    FROM evidence.snapshots
    WHERE state = 'landed' AND business_date <= :day
    GROUP BY platform
), placed AS (
    SELECT
        o.*, CASE WHEN o.kind = 'missing_snapshot' OR o.platform IS NULL THEN CAST(:day AS date) - 1 ELSE c.before END AS before,
        o.kind = 'missing_snapshot' OR o.platform IS NULL OR coalesce(c.has_day, false) AS is_known
    FROM findings.occurrences o
    LEFT JOIN covered c ON c.platform = o.platform
    WHERE o.kind = ANY(:kinds) AND o.first_day <= :day AND o.last_day >= CAST(:day AS date) - 31
      AND NOT EXISTS (SELECT FROM findings.muted m WHERE m.kind = o.kind AND m.subject = o.subject AND m.muted_until >= :day)
), judged AS (
    SELECT
        kind, subject, min(first_day) AS first_seen, max(last_day) AS last_seen,
        bool_or(last_day >= :day) AS is_now, bool_or(first_day <= before AND last_day >= before) AS was_before, bool_and(is_known) AS is_known,
        max(CAST(parameters->>'found_on' AS date)) FILTER (WHERE last_day >= :day) AS found_on,
        (array_agg(contract_no ORDER BY last_day DESC))[1] AS contract_no, (array_agg(platform ORDER BY last_day DESC))[1] AS platform,
        (array_agg(detail ORDER BY last_day DESC))[1] AS detail, (array_agg(parameters ORDER BY last_day DESC))[1] AS parameters
    FROM placed
    GROUP BY kind, subject
)
SELECT
    kind, subject, contract_no, platform, first_seen, last_seen, detail, parameters,
    CASE
        WHEN NOT is_now THEN 'mended'
        WHEN found_on = :day OR found_on IS NULL AND NOT coalesce(was_before, false) THEN 'new'
        ELSE 'open'
    END AS state
FROM judged
WHERE is_known AND (is_now OR coalesce(was_before, false)) AND coalesce(found_on, :day) <= :day
ORDER BY kind COLLATE "C", subject COLLATE "C"

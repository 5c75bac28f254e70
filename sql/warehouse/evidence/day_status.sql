-- grain: one row: whether a platform-day is landed, and whether it is carried from a landed day without a gap
-- inputs: evidence.snapshots, evidence.carries; :platform, :business_date
-- rerun: reads only
SELECT
    EXISTS (
        SELECT FROM evidence.snapshots
        WHERE platform = :platform AND business_date = :business_date AND state = 'landed'
    ) AS landed,
    CAST(:business_date AS date) - (
        SELECT max(business_date) FROM evidence.snapshots
        WHERE platform = :platform AND business_date < :business_date AND state = 'landed'
    ) IS NOT DISTINCT FROM (
        SELECT count(*) FROM evidence.carries
        WHERE platform = :platform AND business_date <= :business_date AND business_date > (
            SELECT max(business_date) FROM evidence.snapshots
            WHERE platform = :platform AND business_date < :business_date AND state = 'landed'
        )
    ) AS carried

-- grain: one row: whether a platform-day is landed, and whether it is carried
-- inputs: :platform, :business_date
-- rerun: reads only
SELECT
    EXISTS (
        SELECT FROM evidence.snapshots
        WHERE platform = :platform AND business_date = :business_date AND state = 'landed'
    ) AS landed,
    EXISTS (
        SELECT FROM evidence.carries
        WHERE platform = :platform AND business_date = :business_date
    ) AS carried

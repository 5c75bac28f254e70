-- grain: account tree that some landed snapshot of these platforms has, with the newest of its snapshots
-- inputs: evidence.snapshots; :platforms (array)
-- rerun: reads only
SELECT platform, path
FROM (
    SELECT DISTINCT ON (platform, tree_digest) platform, path, business_date
    FROM evidence.snapshots
    WHERE state = 'landed' AND platform = ANY(:platforms)
    ORDER BY platform, tree_digest, business_date DESC
) newest
ORDER BY business_date DESC, platform COLLATE "C"

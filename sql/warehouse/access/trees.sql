-- grain: platform → the newest landed snapshot of a day up to :on, whose file holds the account tree
-- inputs: evidence.snapshots; :on
-- rerun: reads only
SELECT DISTINCT ON (platform) platform, business_date, path
FROM evidence.snapshots
WHERE state = 'landed' AND business_date <= :on
ORDER BY platform, business_date DESC, taken_at DESC, snapshot_no DESC

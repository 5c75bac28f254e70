-- grain: month that has a snapshot
-- inputs: evidence.snapshots
-- rerun: reads only
SELECT DISTINCT CAST(date_trunc('month', business_date) AS date) AS month FROM evidence.snapshots WHERE state = 'landed' ORDER BY 1

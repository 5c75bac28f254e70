-- grain: platform with active vehicles on its newest covered day that no account holds: their number, and since when the first is seen
-- inputs: findings.occurrences, evidence.snapshots
-- rerun: reads only
SELECT o.platform, count(DISTINCT o.subject) AS vehicles, min(o.first_day) AS first_seen, max(o.last_day) AS last_seen
FROM findings.occurrences o
JOIN (SELECT platform, max(business_date) AS last_day FROM evidence.snapshots WHERE state = 'landed' GROUP BY platform) n USING (platform)
WHERE o.kind = 'orphan' AND o.parameters->'accounts' = '[]' AND o.last_day >= n.last_day
GROUP BY o.platform
ORDER BY o.platform COLLATE "C"

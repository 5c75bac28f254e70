-- grain: base of 1C with documents of money that are not counted as 1C tells them, and how many nobody has muted
-- inputs: findings.occurrences, findings.muted; :on (the day of the house)
-- rerun: reads only
SELECT o.parameters ->> 'peer' AS peer, count(DISTINCT o.subject) AS documents
FROM findings.occurrences o
WHERE o.kind = 'onec_not_counted'
    AND NOT EXISTS (SELECT FROM findings.muted m WHERE (m.kind, m.subject) = (o.kind, o.subject) AND m.muted_until >= :on)
GROUP BY 1
ORDER BY 1

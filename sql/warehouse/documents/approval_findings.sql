-- grain: kind of finding in the month, with an example
-- inputs: findings.occurrences; :first, :last (days of the month)
-- rerun: reads only
SELECT kind, count(DISTINCT subject) AS subjects, count(*) AS days, min(subject COLLATE "C") AS example
FROM findings.occurrences
WHERE seen_on BETWEEN :first AND :last
GROUP BY kind
ORDER BY kind COLLATE "C"

-- grain: kind of finding in the month, with an example; inputs: findings.occurrences
-- rerun: reads only; :first, :last (days of the month)
SELECT kind, count(DISTINCT subject) AS subjects, count(*) AS days, min(subject COLLATE "C") AS example
FROM findings.occurrences
WHERE seen_on BETWEEN :first AND :last
GROUP BY kind
ORDER BY kind COLLATE "C"

-- grain: subject of the findings of one kind about documents of 1C (base/UUID), of whichever base
-- inputs: findings.occurrences; :kind, :references (array of UUIDs)
-- rerun: reads only
SELECT subject, min(first_day) AS first_day
FROM findings.occurrences
WHERE kind = :kind AND right(subject, 36) = ANY(CAST(:references AS text[]))
GROUP BY subject

-- grain: subject of the findings of one kind
-- inputs: findings.occurrences; :kind
-- rerun: reads only
SELECT DISTINCT subject FROM findings.occurrences WHERE kind = :kind

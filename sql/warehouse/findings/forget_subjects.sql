-- grain: kind × subject × run of days
-- inputs: findings.occurrences; :kind, :subjects (array)
-- rerun: removes what is left
DELETE FROM findings.occurrences WHERE kind = :kind AND subject = ANY(CAST(:subjects AS text[]))

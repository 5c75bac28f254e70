-- grain: finding of some kinds on platforms that stood on :day or the day before
-- inputs: findings.occurrences; :kinds, :platforms, :day
-- rerun: reads only
SELECT DISTINCT ON (kind, subject) kind, subject, last_day, contract_no, parameters, platform
FROM findings.occurrences
WHERE kind = ANY(CAST(:kinds AS text[])) AND platform = ANY(CAST(:platforms AS text[])) AND first_day <= :day
  AND last_day >= CAST(:day AS date) - 1
ORDER BY kind, subject, first_day DESC

-- grain: kind of finding in the month, with an example; of contracts that no platform knows, every one
-- inputs: findings.occurrences; :first, :last (days of the month)
-- rerun: reads only
SELECT
    kind, count(DISTINCT subject) AS subjects, sum(least(last_day, :last) - greatest(first_day, :first) + 1) AS days,
    CASE kind
        WHEN 'contract_without_accounts' THEN string_agg(DISTINCT subject COLLATE "C", ', ')
        ELSE min(subject COLLATE "C")
    END AS example
FROM findings.occurrences
WHERE last_day >= :first AND first_day <= :last
GROUP BY kind
ORDER BY kind COLLATE "C"

-- grain: kind × subject × run of days
-- inputs: findings.occurrences; :kinds (array), :first, :last
-- rerun: removes what is left; a run that began earlier ends the day before
WITH earlier AS (
    UPDATE findings.occurrences SET last_day = CAST(:first AS date) - 1
    WHERE kind = ANY(:kinds) AND first_day < :first AND last_day >= :first
)
DELETE FROM findings.occurrences WHERE kind = ANY(:kinds) AND first_day BETWEEN :first AND :last

-- grain: kind × subject × day
-- inputs: findings.occurrences; :kinds (array), :first, :last
-- rerun: removes what is left
DELETE FROM findings.occurrences WHERE kind = ANY(:kinds) AND seen_on BETWEEN :first AND :last

-- grain: whether a finding was ever seen, one row
-- inputs: findings.occurrences; :kind, :subject
-- rerun: reads only
SELECT EXISTS (SELECT FROM findings.occurrences WHERE kind = :kind AND subject = :subject)

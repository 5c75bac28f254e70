-- grain: whether a person has silenced a finding, one row
-- inputs: findings.muted; :kind, :subject
-- rerun: reads only
SELECT EXISTS (SELECT FROM findings.muted WHERE kind = :kind AND subject = :subject)

-- grain: subject of a kind that a person has silenced and whose silence is not over on :on
-- inputs: findings.muted; :kind, :on
-- rerun: reads only
SELECT subject FROM findings.muted WHERE kind = :kind AND muted_until >= :on

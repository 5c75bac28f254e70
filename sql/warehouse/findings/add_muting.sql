-- grain: word on silencing one finding
-- inputs: findings.mutings; :kind, :subject, :until (last silent day; NULL: it may speak again), :by, :reason, :at
-- rerun: adds a word after the last one, which counts from then on
INSERT INTO findings.mutings (kind, subject, muting_no, muted_until, by_name, reason, at)
SELECT
    :kind, :subject, (SELECT coalesce(max(muting_no), 0) + 1 FROM findings.mutings WHERE kind = :kind AND subject = :subject),
    CAST(:until AS date), :by, :reason, :at

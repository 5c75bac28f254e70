-- grain: findings of the gate on one day, all platforms
-- inputs: :business_date
-- rerun: followed by insert_findings, gives the same rows
DELETE FROM findings.occurrences
WHERE first_day = :business_date AND kind IN ('snapshot_warning', 'snapshot_quarantined')

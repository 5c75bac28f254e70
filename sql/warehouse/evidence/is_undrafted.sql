-- grain: one row: whether a month has landed days and contracts in force, and was neither drafted nor closed nor answered by a person
-- inputs: evidence.snapshots, master.contracts, billing.runs, billing.closed, billing.approvals; :month (its first day), :last (its last)
-- rerun: reads only
SELECT
    EXISTS (SELECT FROM evidence.snapshots WHERE state = 'landed' AND business_date BETWEEN :month AND :last)
    AND EXISTS (SELECT FROM master.contracts WHERE starts_on <= :last AND (ends_on IS NULL OR ends_on >= :month))
    AND NOT EXISTS (SELECT FROM billing.runs WHERE month = :month AND purpose = 'close')
    AND NOT EXISTS (SELECT FROM billing.closed WHERE month = :month)
    AND NOT EXISTS (SELECT FROM billing.approvals WHERE month = :month AND purpose = 'close') AS is_undrafted

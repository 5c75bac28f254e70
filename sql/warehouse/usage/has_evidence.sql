-- grain: one row: whether any snapshot of some days counts
-- inputs: evidence.snapshots; :first, :last
-- rerun: reads only
SELECT EXISTS (SELECT FROM evidence.snapshots WHERE state = 'landed' AND business_date BETWEEN :first AND :last)

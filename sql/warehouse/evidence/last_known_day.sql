-- grain: one value: the last day from :first to :last that any platform has landed or a person carries; NULL: none
-- inputs: evidence.snapshots, evidence.carries; :first, :last
-- rerun: reads only
SELECT max(business_date)
FROM (
    SELECT business_date FROM evidence.snapshots WHERE state = 'landed' AND business_date BETWEEN :first AND :last
    UNION ALL
    SELECT business_date FROM evidence.carries WHERE business_date BETWEEN :first AND :last
) AS known

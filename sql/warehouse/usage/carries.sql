-- grain: platform × day whose usage may be carried forward
-- inputs: evidence.carries; :first, :last of the month
-- rerun: reads only
SELECT platform, business_date FROM evidence.carries WHERE business_date BETWEEN :first AND :last ORDER BY 1, 2

-- grain: what an earlier close of the month found in contracts that it has closed: a later close has nothing new to say of them
-- inputs: findings.occurrences, billing.closed; :month (first day), :last
-- rerun: reads only
SELECT f.kind, f.subject, f.last_day, f.contract_no, coalesce(f.parameters, jsonb_build_object('text', f.detail)) AS parameters
FROM findings.occurrences f
JOIN billing.closed x ON x.contract_no = f.contract_no AND x.month = :month
WHERE f.kind IN ('zero_price', 'prepaid_unused') AND f.first_day BETWEEN :month AND :last

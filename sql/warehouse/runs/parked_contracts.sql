-- grain: month × purpose × reason for which contracts were left out of its last run and are not billed since
-- inputs: billing.parked, billing.closed
-- rerun: reads only
SELECT to_char(p.month, 'YYYY-MM') AS month, p.purpose, p.reason, array_agg(p.contract_no ORDER BY p.contract_no COLLATE "C") AS contracts
FROM billing.parked p
WHERE p.purpose = 'correct' OR NOT EXISTS (SELECT FROM billing.closed c WHERE c.month = p.month AND c.contract_no = p.contract_no)
GROUP BY p.month, p.purpose, p.reason
ORDER BY p.month, p.purpose, p.reason

-- grain: contract held back now, in byte order within its month
-- inputs: billing.held, master.contracts; :month (NULL: all)
-- rerun: reads only
SELECT to_char(h.month, 'YYYY-MM') AS month, h.contract_no, c.client_code, h.at, h.by_name AS by, h.reason
FROM billing.held h
JOIN master.contracts c USING (contract_no)
WHERE h.month = coalesce(CAST(:month AS date), h.month)
ORDER BY h.month, h.contract_no COLLATE "C"

-- grain: run × contract left out of the month's last run
-- inputs: billing.parked, master.contracts, master.clients; :month
-- rerun: reads only
SELECT p.purpose, p.contract_no, k.name AS client, p.reason, p.russian AS detail
FROM billing.parked p
LEFT JOIN master.contracts c USING (contract_no)
LEFT JOIN master.clients k USING (client_code)
WHERE p.month = :month
ORDER BY p.purpose, p.contract_no COLLATE "C"

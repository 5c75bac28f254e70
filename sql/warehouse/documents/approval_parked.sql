-- grain: contract left out of the month's run, with its client
-- inputs: billing.parked, master.contracts, master.clients; :month (first day), :purpose
-- rerun: reads only
SELECT p.contract_no, l.name AS client, p.reason, p.russian AS detail
FROM billing.parked p
LEFT JOIN master.contracts c USING (contract_no)
LEFT JOIN master.clients l USING (client_code)
WHERE p.month = :month AND p.purpose = :purpose
ORDER BY p.contract_no COLLATE "C"

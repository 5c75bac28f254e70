-- grain: run × contract that the month's last run left out, with what was issued for it in the month before and in this one
-- inputs: billing.parked, billing.invoices, master.contracts, master.clients; :month, :previous (first days)
-- rerun: reads only
SELECT
    p.purpose, p.contract_no, c.organization_code, k.name AS client, p.reason, p.russian AS detail, i.before, i.issued
FROM billing.parked p
LEFT JOIN master.contracts c USING (contract_no)
LEFT JOIN master.clients k USING (client_code)
LEFT JOIN (
    SELECT
        contract_no, (sum(total) FILTER (WHERE month = :previous))::numeric(16, 2) AS before,
        (sum(total) FILTER (WHERE month = :month))::numeric(16, 2) AS issued
    FROM billing.invoices WHERE month IN (:month, :previous) GROUP BY contract_no
) i USING (contract_no)
WHERE p.month = :month
ORDER BY p.purpose, p.contract_no COLLATE "C"

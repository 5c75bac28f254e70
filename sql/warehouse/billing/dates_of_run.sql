-- grain: organization that the drafted run bills or closes contracts of, with its last number and the last invoice that is corrected
-- inputs: billing.drafts, billing.runs, billing.invoices, master.contracts, master.organizations; :month (first day), :purpose
-- rerun: reads only
SELECT
    o.code, o.time_zone, n.number AS last_number, n.issued_on AS last_issued_on, max(c.issued_on) AS corrected_on
FROM (
    SELECT contract_no, organization_code FROM billing.drafts WHERE month = :month AND purpose = :purpose AND NOT discarded
    UNION
    SELECT m.contract_no, m.organization_code
    FROM billing.runs r
    CROSS JOIN LATERAL unnest(r.nothing) AS closed (contract_no)
    JOIN master.contracts m USING (contract_no)
    WHERE r.month = :month AND r.purpose = :purpose
) d
JOIN master.organizations o ON o.code = d.organization_code
LEFT JOIN LATERAL (
    SELECT i.number, i.issued_on FROM billing.invoices i WHERE i.organization_code = o.code ORDER BY i.year DESC, i.sequence_no DESC LIMIT 1
) n ON true
LEFT JOIN billing.invoices c ON :purpose = 'correct' AND c.month = :month AND c.contract_no = d.contract_no
GROUP BY o.code, o.time_zone, n.number, n.issued_on
ORDER BY o.code COLLATE "C"

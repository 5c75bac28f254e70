-- grain: organization × category × day from which its oldest debt is asked for → how many debtors besides those named
-- inputs: temporary table ladder_claims, master.clients; :on, :organizations, :clients (lists side by side: the named ones)
-- rerun: reads only
SELECT d.organization_code, c.category, d.due_on, count(*) AS clients
FROM (
    SELECT organization_code, client_code, min(due_on) AS due_on
    FROM ladder_claims
    WHERE issued_on <= :on AND NOT EXISTS (
        SELECT FROM unnest(CAST(:organizations AS text[]), CAST(:clients AS text[])) n (organization_code, client_code)
        WHERE (n.organization_code, n.client_code) = (ladder_claims.organization_code, ladder_claims.client_code)
    )
    GROUP BY organization_code, client_code
) d
JOIN master.clients c USING (client_code)
GROUP BY d.organization_code, c.category, d.due_on
ORDER BY d.organization_code COLLATE "C", c.category COLLATE "C", d.due_on

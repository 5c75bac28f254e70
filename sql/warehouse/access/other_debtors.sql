-- grain: category × day from which its oldest debt is asked for → how many debtors of an organization besides the named
-- inputs: temporary table ladder_claims, master.clients; :on, :organization_code, :clients (the named)
-- rerun: reads only
SELECT c.category, d.due_on, count(*) AS clients
FROM (
    SELECT client_code, min(due_on) AS due_on
    FROM ladder_claims
    WHERE issued_on <= :on AND organization_code = :organization_code AND NOT client_code = ANY(CAST(:clients AS text[]))
    GROUP BY client_code
) d
JOIN master.clients c USING (client_code)
GROUP BY c.category, d.due_on

-- grain: organization × year in which more numbers were given than invoices are there
-- inputs: billing.numbers, billing.invoices; :organization (NULL: all)
-- rerun: reads only
SELECT n.organization_code, n.year, n.last_no AS given, count(i.number) AS invoices
FROM billing.numbers n
LEFT JOIN billing.invoices i USING (organization_code, year)
WHERE (CAST(:organization AS text) IS NULL OR n.organization_code = :organization)
GROUP BY n.organization_code, n.year, n.last_no
HAVING count(i.number) < n.last_no
ORDER BY n.organization_code COLLATE "C", n.year

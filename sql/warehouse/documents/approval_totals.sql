-- grain: organization of a drafted run: what it adds, what was issued for the month already, and all of the month before
-- inputs: billing.drafts, billing.invoices, master.organizations; :month, :previous (first days), :purpose
-- rerun: reads only
WITH now AS (
    SELECT organization_code, count(*) AS invoices, sum(net) AS net, sum(vat) AS vat, sum(total) AS total
    FROM billing.drafts
    WHERE month = :month AND purpose = :purpose AND NOT discarded
    GROUP BY organization_code
), issued AS (
    SELECT
        organization_code,
        sum(total) FILTER (WHERE month = :month) AS total,
        count(*) FILTER (WHERE month = :previous) AS invoices_before,
        sum(total) FILTER (WHERE month = :previous) AS total_before
    FROM billing.invoices
    WHERE month IN (:month, :previous)
    GROUP BY organization_code
)
SELECT
    o.name, coalesce(n.invoices, 0) AS invoices, coalesce(n.net, 0)::numeric(16, 2) AS net, coalesce(n.vat, 0)::numeric(16, 2) AS vat,
    coalesce(n.total, 0)::numeric(16, 2) AS total, coalesce(i.total, 0)::numeric(16, 2) AS issued,
    coalesce(i.invoices_before, 0) AS invoices_before, i.total_before
FROM now n FULL JOIN issued i USING (organization_code) JOIN master.organizations o ON o.code = organization_code
ORDER BY organization_code COLLATE "C"

-- grain: organization of a drafted close, beside all that it was billed for the month before
-- inputs: billing.drafts, billing.invoices, master.organizations
-- rerun: reads only; :month, :previous (first days), :purpose
WITH now AS (
    SELECT organization_code, count(*) AS invoices, sum(net) AS net, sum(vat) AS vat, sum(total) AS total
    FROM billing.drafts
    WHERE month = :month AND purpose = :purpose AND NOT discarded
    GROUP BY organization_code
), before AS (
    SELECT organization_code, count(*) AS invoices, sum(total) AS total
    FROM billing.invoices
    WHERE month = :previous
    GROUP BY organization_code
)
SELECT
    o.name, coalesce(n.invoices, 0) AS invoices, coalesce(n.net, 0)::numeric(16, 2) AS net, coalesce(n.vat, 0)::numeric(16, 2) AS vat,
    coalesce(n.total, 0)::numeric(16, 2) AS total, b.invoices AS invoices_before, b.total AS total_before
FROM now n FULL JOIN before b USING (organization_code) JOIN master.organizations o ON o.code = organization_code
ORDER BY organization_code COLLATE "C"

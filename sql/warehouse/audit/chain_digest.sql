-- grain: issued invoice: the digest of its link in the chain; NULL: no link; no row: no such invoice
-- inputs: billing.invoices, billing.chain (rows that are never changed); :number
-- rerun: reads only; the same row for ever
SELECT k.digest
FROM billing.invoices i
LEFT JOIN billing.chain k ON (k.organization_code, k.number) = (i.organization_code, i.number)
WHERE i.number = :number

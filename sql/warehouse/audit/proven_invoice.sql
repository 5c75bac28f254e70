-- grain: issued invoice: its canonical content, the text of its evidence, and its link in the chain; no link: NULL
-- inputs: billing.contents, billing.invoices, billing.chain (rows that are never changed); :number
-- rerun: reads only; the same row for ever
SELECT c.content AS invoice, i.evidence::text AS evidence, k.link_no, k.previous, k.content, k.digest
FROM billing.invoices i
JOIN billing.contents c USING (invoice_id)
LEFT JOIN billing.chain k ON (k.organization_code, k.number) = (i.organization_code, i.number)
WHERE i.number = :number

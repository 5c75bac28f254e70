-- grain: link of a chain beside its invoice's content as it is now; an invoice without a link has no link_no, a link without an invoice no
--   content; links of an organization in their order, then the invoices that have none
-- inputs: billing.chain, billing.contents (rows that are never changed); :organization (NULL: all)
-- rerun: reads only
SELECT
    coalesce(k.organization_code, c.organization_code) AS organization_code, k.link_no, coalesce(k.number, c.number) AS number,
    k.content AS kept, billing.hex_digest(c.content) AS content, k.previous, k.digest
FROM billing.chain k
FULL JOIN billing.contents c ON (c.organization_code, c.number) = (k.organization_code, k.number)
WHERE CAST(:organization AS text) IS NULL OR coalesce(k.organization_code, c.organization_code) = :organization
ORDER BY coalesce(k.organization_code, c.organization_code) COLLATE "C", k.link_no NULLS LAST, c.year, c.sequence_no

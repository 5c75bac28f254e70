-- grain: contract × percent of discount on its lines of the month: what they come to without VAT, and what those that are free by it would
--   have come to
-- inputs: billing.invoices, billing.invoice_lines, billing.drafts, billing.draft_lines, master.contracts, master.clients; :month
-- rerun: reads only
SELECT
    l.contract_no, k.client_code, k.name AS client, l.discount_percent, sum(l.net)::numeric(16, 2) AS net,
    coalesce(sum(
        l.quantity * l.price * CASE
            WHEN l.component_kind IN ('fixed', 'vehicles')
            THEN CAST(split_part(l.share, '/', 1) AS numeric) / CAST(coalesce(nullif(split_part(l.share, '/', 2), ''), '1') AS numeric)
            ELSE 1
        END
    ) FILTER (WHERE l.discount_percent = 100), 0) AS free
FROM (
    SELECT i.contract_no, x.* FROM billing.invoices i JOIN billing.invoice_lines x USING (invoice_id) WHERE i.month = :month
    UNION ALL
    SELECT d.contract_no, y.* FROM billing.drafts d JOIN billing.draft_lines y USING (invoice_id)
    WHERE d.month = :month AND NOT d.discarded
      AND NOT (d.purpose IN ('prepay', 'watch') AND d.contract_no IN (
          SELECT contract_no FROM billing.drafts WHERE month = :month AND purpose = 'close' AND NOT discarded
      ))
) l
JOIN master.contracts c USING (contract_no)
JOIN master.clients k USING (client_code)
WHERE l.discount_percent > 0
GROUP BY l.contract_no, k.client_code, k.name, l.discount_percent
ORDER BY l.contract_no COLLATE "C", l.discount_percent

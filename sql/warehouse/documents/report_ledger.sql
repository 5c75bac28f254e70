-- grain: kind of invoice
-- inputs: billing.invoices, billing.drafts (open); :month
-- rerun: reads only
SELECT kind, count(*) AS invoices, sum(net) AS net, sum(vat) AS vat, sum(total) AS total
FROM (
    SELECT kind, net, vat, total FROM billing.invoices WHERE month = :month
    UNION ALL
    SELECT kind, net, vat, total FROM billing.drafts d WHERE d.month = :month AND NOT d.discarded
      AND NOT (d.purpose IN ('prepay', 'watch') AND d.contract_no IN (
          SELECT contract_no FROM billing.drafts WHERE month = :month AND purpose = 'close' AND NOT discarded
      ))
) i
GROUP BY kind
ORDER BY kind

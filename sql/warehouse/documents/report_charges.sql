-- grain: line of an issued invoice or a draft of the month; inputs: billing.*; :month
-- rerun: reads only
SELECT
    coalesce(i.number, '') AS number, l.line_no, i.contract_no, i.client, l.tariff_code, l.component, l.segment_from, l.segment_to,
    l.quantity, l.price, l.share, l.net, l.vat_rate, l.vat, l.total
FROM (
    SELECT invoice_id, number, organization_code, sequence_no, contract_no, evidence #>> '{client,name}' AS client
    FROM billing.invoices WHERE month = :month
    UNION ALL
    SELECT invoice_id, NULL, organization_code, NULL, contract_no, evidence #>> '{client,name}'
    FROM billing.drafts WHERE month = :month AND NOT discarded
) i
JOIN LATERAL (
    SELECT * FROM billing.invoice_lines b WHERE b.invoice_id = i.invoice_id
    UNION ALL
    SELECT * FROM billing.draft_lines d WHERE d.invoice_id = i.invoice_id
) l ON true
ORDER BY i.organization_code, i.sequence_no NULLS LAST, i.contract_no, l.line_no

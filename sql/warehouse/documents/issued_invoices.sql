-- grain: issued invoice with its lines and the days that were carried for its platforms, all as frozen at issue
-- inputs: billing.invoices, invoice_lines, evidence; :ids
-- rerun: reads only; the same rows for ever
SELECT
    i.number, i.kind, i.organization_code, i.client_code, i.contract_no, i.month, i.issued_on, i.due_on, i.net, i.vat, i.total, i.evidence,
    l.lines,
    (
        SELECT jsonb_agg(s ORDER BY s->>0, s->>1)
        FROM jsonb_array_elements(e.snapshots) s
        WHERE s->>3 IS NULL
          AND EXISTS (SELECT FROM jsonb_array_elements(i.evidence->'mappings') m WHERE m->>0 = s->>0)
          AND CAST(s->>1 AS date) BETWEEN CAST(i.evidence #>> '{contract,starts_on}' AS date)
              AND coalesce(CAST(i.evidence #>> '{contract,ends_on}' AS date), 'infinity')
    ) AS carried
FROM billing.invoices i
JOIN LATERAL (
    SELECT jsonb_agg(to_jsonb(b) - 'invoice_id' ORDER BY b.line_no) AS lines FROM (
        SELECT
            invoice_id, line_no, component, component_kind, quantity_exact, prices_include_vat, net::text, vat::text, total::text,
            vat_rate::text, printed_quantity::text, printed_price::text, printed_text
        FROM billing.invoice_lines WHERE invoice_id = i.invoice_id
    ) b
) l ON true
LEFT JOIN billing.evidence e ON (e.month, e.purpose, e.approval_no) = (i.month, i.purpose, i.approval_no)
WHERE i.invoice_id = ANY(CAST(:ids AS uuid[]))
ORDER BY i.organization_code, i.year, i.sequence_no

-- grain: issued invoice with its lines, the days that were carried for its platforms, what was issued before it for the same contract
--   and month, what stood of each line, the free money that paid it in the moment of its issue and, of an adjustment, its act and
--   where its credit went in that moment, and its link in the chain where its paper shows it: all as frozen at issue
-- inputs: billing.invoices, billing.invoice_lines, billing.evidence, billing.chain, billing.approvals, billing.closed,
--   receivables.allocations, receivables.payments;
--   :ids
-- rerun: reads only; the same rows for ever
SELECT
    i.invoice_id, i.number, i.kind, i.cause, i.purpose, i.organization_code, i.client_code, i.contract_no, i.month, i.issued_on, i.due_on, i.net, i.vat, i.total, i.evidence,
    a.reason, l.lines, k.link_no, k.digest AS link_digest,
    (
        SELECT jsonb_agg(s ORDER BY coalesce(s->>'platform', s->>0), coalesce(s->>'business_date', s->>1))
        FROM jsonb_array_elements(CASE jsonb_typeof(e.snapshots) WHEN 'object' THEN e.snapshots->'snapshots' ELSE e.snapshots END) s
        WHERE coalesce(s->>'digest', s->>3) IS NULL
          AND EXISTS (
              SELECT FROM jsonb_array_elements(i.evidence->'mappings') m
              WHERE coalesce(m->>'platform', m->>0) = coalesce(s->>'platform', s->>0)
          )
          AND CAST(coalesce(s->>'business_date', s->>1) AS date) BETWEEN CAST(i.evidence #>> '{contract,starts_on}' AS date)
              AND coalesce(CAST(i.evidence #>> '{contract,ends_on}' AS date), 'infinity')
    ) AS carried,
    (
        SELECT jsonb_agg(
            jsonb_build_array(x.number, x.kind, x.net::text, x.vat::text, x.total::text) ORDER BY x.issued_at, x.year, x.sequence_no
        )
        FROM billing.invoices x
        WHERE (x.contract_no, x.month) = (i.contract_no, i.month)
          AND (x.issued_at, x.year, x.sequence_no) < (i.issued_at, i.year, i.sequence_no)
    ) AS earlier,
    (
        SELECT jsonb_agg(jsonb_build_array(f.rule, f.document_no, f.amount::text) ORDER BY f.rule DESC, f.document_no COLLATE "C")
        FROM (
            SELECT o.rule, p.document_no, sum(o.amount) AS amount
            FROM receivables.allocations o
            JOIN receivables.payments p USING (payment_id)
            WHERE o.number = i.number AND o.at = i.issued_at AND o.rule IN ('credit', 'advance')
            GROUP BY o.rule, p.document_no
        ) f
    ) AS offsets,
    CASE WHEN i.kind = 'adjustment' THEN (
        SELECT (array_agg(x.number ORDER BY x.kind <> 'monthly', x.issued_at, x.year, x.sequence_no))[1]
        FROM billing.closed c
        JOIN billing.invoices x ON (x.contract_no, x.month) = (c.contract_no, c.month) AND x.issued_at <= c.closed_at
        WHERE (c.contract_no, c.month) = (i.contract_no, i.month)
        HAVING sum(x.total) > 0
    ) END AS act_number,
    CASE WHEN i.total < 0 THEN (
        SELECT jsonb_agg(jsonb_build_array(o.number, o.amount::text) ORDER BY o.allocation_no)
        FROM receivables.allocations o
        WHERE o.payment_id = 'credit:' || i.number AND o.at = i.issued_at
    ) END AS credited
FROM billing.invoices i
JOIN billing.approvals a ON (a.month, a.purpose, a.approval_no) = (i.month, i.purpose, i.approval_no)
JOIN LATERAL (
    SELECT jsonb_agg(to_jsonb(b) - 'invoice_id' ORDER BY b.line_no) AS lines FROM (
        SELECT
            invoice_id, line_no, tariff_code, component_no, component, component_kind, segment_from, segment_to, quantity_exact,
            price::text, share, prices_include_vat, net::text, vat::text, total::text, vat_rate::text, printed_quantity::text,
            printed_price::text, printed_text,
            (
                SELECT jsonb_build_array(sum(o.net)::text, sum(o.vat)::text, sum(o.total)::text)
                FROM billing.invoices x
                JOIN billing.invoice_lines o USING (invoice_id)
                WHERE i.kind IN ('adjustment', 'corrective') AND (x.contract_no, x.month) = (i.contract_no, i.month)
                  AND (x.issued_at, x.year, x.sequence_no) < (i.issued_at, i.year, i.sequence_no)
                  AND o.component_no = n.component_no AND (o.tariff_code = n.tariff_code OR n.component_no = 0)
                  AND o.segment_from <= n.segment_to AND o.segment_to >= n.segment_from
                  AND o.vat_rate IS NOT DISTINCT FROM n.vat_rate
                HAVING count(*) > 0
            ) AS stood
        FROM billing.invoice_lines n WHERE invoice_id = i.invoice_id
    ) b
) l ON true
LEFT JOIN billing.chain k ON (k.organization_code, k.number) = (i.organization_code, i.number) AND k.is_printed
LEFT JOIN billing.evidence e ON (e.month, e.purpose, e.approval_no) = (i.month, i.purpose, i.approval_no)
WHERE i.invoice_id = ANY(CAST(:ids AS uuid[]))
ORDER BY i.organization_code, i.year, i.sequence_no

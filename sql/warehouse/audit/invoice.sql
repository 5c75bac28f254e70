-- grain: issued invoice with all who approved what was issued, the last one's reason, and the evidence of its run: the tariffs that its
--   terms name, the snapshots of its platforms
-- inputs: billing.invoices, billing.approvals, billing.evidence (rows that are never changed); :number
-- rerun: reads only; the same row for ever
SELECT
    i.number, i.kind, i.cause, i.purpose, i.month, i.contract_no, i.client_code, i.organization_code, i.issued_on, i.due_on, i.currency,
    i.net, i.vat, i.total, i.issued_at, i.evidence,
    (
        SELECT string_agg(w.by_name, ', ' ORDER BY w.approval_no)
        FROM billing.approvals w
        WHERE (w.month, w.purpose, w.digest, w.decision) = (a.month, a.purpose, a.digest, 'approved') AND w.approval_no <= a.approval_no
          AND NOT EXISTS (
              SELECT FROM billing.approvals r
              WHERE (r.month, r.purpose, r.digest, r.decision) = (a.month, a.purpose, a.digest, 'rejected')
                AND r.approval_no BETWEEN w.approval_no AND a.approval_no
          )
    ) AS approved_by,
    a.reason AS approved_because,
    e.vehicles_path, e.vehicles_digest,
    (
        SELECT jsonb_agg(t ORDER BY t->>'tariff_code', t->>'valid_from')
        FROM jsonb_array_elements(e.tariffs) t
        WHERE t->>'tariff_code' IN (SELECT x->>'tariff_code' FROM jsonb_array_elements(i.evidence->'terms') x)
    ) AS tariffs,
    e.snapshots
FROM billing.invoices i
JOIN billing.approvals a USING (month, purpose, approval_no)
JOIN billing.evidence e USING (month, purpose, approval_no)
WHERE i.number = :number

-- grain: issued invoice; the trigger compares it with the sum of its lines
-- inputs: temporary table numbered, billing.drafts, billing.draft_lines; :approval_no, :at
-- rerun: in the issuing transaction only
INSERT INTO billing.invoices (
    invoice_id, number, organization_code, year, sequence_no, contract_no, client_code, month, purpose, kind, cause, issued_on, due_on,
    currency, net, vat, total, line_count, digest, evidence, approval_no, issued_at
)
SELECT
    d.invoice_id,
    n.prefix || lpad((n.year % 100)::text, 2, '0') || '-' || lpad(n.sequence_no::text, greatest(6, length(n.sequence_no::text)), '0'),
    d.organization_code, n.year, n.sequence_no, d.contract_no, d.client_code, d.month, d.purpose, d.kind, d.cause, n.issued_on, n.due_on,
    d.currency, d.net, d.vat, d.total, l.lines, d.digest, d.evidence, :approval_no, :at
FROM billing.drafts d
JOIN numbered n USING (invoice_id)
JOIN (SELECT invoice_id, count(*) AS lines FROM billing.draft_lines GROUP BY invoice_id) l USING (invoice_id)

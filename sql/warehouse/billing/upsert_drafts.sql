-- grain: invoice identity
-- inputs: temporary table new_drafts (columns of billing.drafts without discarded)
-- rerun: the same drafts are written again, nothing twice
INSERT INTO billing.drafts (
    invoice_id, contract_no, month, purpose, kind, cause, client_code, organization_code, payment_days, currency, net, vat, total, digest, evidence
)
SELECT invoice_id, contract_no, month, purpose, kind, cause, client_code, organization_code, payment_days, currency, net, vat, total, digest, evidence
FROM new_drafts
ON CONFLICT (invoice_id) DO UPDATE SET
    purpose = excluded.purpose, client_code = excluded.client_code, organization_code = excluded.organization_code, payment_days = excluded.payment_days,
    net = excluded.net, vat = excluded.vat, total = excluded.total, digest = excluded.digest, evidence = excluded.evidence, discarded = false
WHERE drafts.digest <> excluded.digest OR drafts.discarded

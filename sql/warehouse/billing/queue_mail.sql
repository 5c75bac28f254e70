-- grain: letter of an issued invoice: to the client, and of a corrective also to the managers
-- inputs: temporary table numbered, billing.invoices; :at
-- rerun: in the issuing transaction only; a letter that is queued already stays as it is
INSERT INTO delivery.mail_outbox (event_kind, event_key, organization_code, client_code, queued_at, next_attempt_at)
SELECT k.event_kind, i.number, i.organization_code, i.client_code, CAST(:at AS timestamptz), CAST(:at AS timestamptz)
FROM billing.invoices i
JOIN numbered USING (invoice_id)
CROSS JOIN LATERAL (
    SELECT CASE WHEN i.kind IN ('corrective', 'adjustment') THEN i.kind ELSE 'invoice' END AS event_kind
    UNION ALL
    SELECT 'prepaid_exceeded' WHERE i.kind = 'corrective'
) k
ON CONFLICT (event_kind, event_key) DO NOTHING
